import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type Ended, files, openStage, run, type Stage } from '../cli/program.ts';
import type { Edit, Matcher, World } from '../support/jsr.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { type EntryAttack, onEntries } from '../support/rekor-attacks.ts';

/** One attack, and the promise that it breaks on. */
export interface Row {
  readonly promise: string;
  /** How the package is published, where it differs from an honest one. */
  readonly publish?: Partial<PublishOptions> | ((scene: Bare) => Partial<PublishOptions>);
  /** What is done to the world afterwards; without it, the same run has to verify the package. */
  readonly attack?: (scene: Scene) => void;
  /** Where there is no honest run to compare with: what was published is the attack already. */
  readonly twin?: false;
  /** Files in the folder of the project. */
  readonly project?: (scene: Scene) => Readonly<Record<string, string | Uint8Array>>;
  readonly argv?: (scene: Scene) => readonly string[];
  /** Where trust comes from; a file by default. */
  readonly trust?: 'tuf';
  /** Keeps a cache from the honest run to the attacked one. */
  readonly cache?: true;
  /** Records the honest package into `it.pack` first. */
  readonly recording?: true;
  /** Last word on the environment. */
  readonly env?: (scene: Scene) => Readonly<Record<string, string>>;
  /** What the clock says, which only the program in the process of the tests can be told. */
  readonly now?: (scene: Scene) => Date;
  /** `refused`: there is no report, and the reason is on standard error. */
  readonly verdict:
    | 'verified'
    | 'rejected'
    | 'inconclusive'
    | 'unattested'
    | 'exempt'
    | 'refused'
    | 'nothing';
  readonly code: number;
  /** The check, rule or gap that gives the reason; `log` and `error` where it is about the run. */
  readonly id?: string;
  /** A piece of the reason. */
  readonly says?: RegExp;
}

/** Rows about one kind of evidence; at least one of them is honest and verified. */
export interface Area {
  readonly area: string;
  readonly rows: readonly Row[];
}

/** What a row has before its package is published. */
export interface Bare {
  readonly world: World;
  readonly stage: Stage;
  /** `row-7`: the name of the package in the scope `acme`. */
  readonly name: string;
  /** Publishes another package or version. */
  publish(options?: Partial<PublishOptions>): Publication;
}

/** What a row may see and change. */
export interface Scene extends Bare {
  readonly widget: Publication;
  readonly folder: string;
  /** Rewrites answers until the row is over. */
  edit(matcher: Matcher, edit: Edit): void;
  /** Rewrites the log's answers about the package's own entry until the row is over. */
  editEntry(attack: EntryAttack): void;
  /** Something to be put back when the row is over. */
  later(undo: () => void): void;
}

/** The options of a package that another one was published beside. */
export const beside = (_other: Publication, options: Partial<PublishOptions>): Partial<PublishOptions> =>
  options;

/** A stage for rows, and how they are played on it. */
export interface Theatre {
  /** Plays the row; fails unless it ends as promised, for the promised reason. */
  play(row: Row): Promise<void>;
  close(): Promise<void>;
}

/** How the program is run: in this process unless told otherwise. */
export type Start = (
  argv: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly now?: Date },
) => Promise<Ended>;

/** Opens a theatre with one world for all of its rows. */
export async function openTheatre(start: Start = run): Promise<Theatre> {
  const stage = await openStage(() => undefined);
  return {
    play: async (row) => {
      const undo: (() => void)[] = [];
      try {
        await playOn(stage, row, start, undo);
      } finally {
        for (const back of undo.reverse()) back();
      }
    },
    close: () => stage.close(),
  };
}

let rows = 0;

async function playOn(stage: Stage, row: Row, start: Start, undo: (() => void)[]): Promise<void> {
  const { world, server } = stage;
  const name = `row-${++rows}`;
  const publish = (options: Partial<PublishOptions> = {}): Publication =>
    world.publish({
      scope: 'acme',
      name,
      version: '1.0.0',
      files: files(`export const row: number = ${rows};\n`),
      ...options,
    });
  const bare: Bare = { world, stage, name, publish };
  const wanted = typeof row.publish === 'function' ? row.publish(bare) : row.publish;
  const widget = publish(wanted);
  const scene: Scene = {
    ...bare,
    widget,
    folder: stage.folder(),
    edit: (matcher, edit) => void undo.push(world.edit(matcher, edit)),
    editEntry: (attack) => void undo.push(world.editEntry(widget.attested, onEntries(attack))),
    later: (back) => void undo.push(back),
  };
  const argv = [
    ...(row.argv?.(scene) ?? [widget.spec]),
    '--format',
    'json',
    ...(row.cache === undefined ? ['--no-cache'] : []),
  ];
  const env = () => ({
    ...server.env({ cache: false, ...(row.trust && { trust: row.trust }) }),
    JSR_VERIFY_CACHE: join(scene.folder, 'cache'),
    ...row.env?.(scene),
  });
  const perform = async (): Promise<Ended> => {
    for (const [path, content] of Object.entries(row.project?.(scene) ?? {})) {
      mkdirSync(dirname(join(scene.folder, path)), { recursive: true });
      writeFileSync(join(scene.folder, path), content);
    }
    const now = row.now?.(scene);
    return start(argv, { cwd: scene.folder, env: env(), ...(now && { now }) });
  };
  if (row.recording === true) {
    const recorded = await start(['pack', widget.spec, '-o', 'it.pack', '--no-cache'], {
      cwd: scene.folder,
      env: env(),
    });
    expect(recorded, 'recording').toMatchObject({ code: 0 });
  }
  if (row.attack !== undefined && row.twin !== false) {
    const honest = await perform();
    expect(read(honest, widget), 'without the attack').toMatchObject({ code: 0, verdict: 'verified' });
  }
  row.attack?.(scene);
  expectEnd(row, await perform(), widget);
}

/** What a run said of a package, and every reason it gave. */
interface Said {
  readonly code: number;
  readonly verdict: string;
  readonly reasons: readonly string[];
}

function expectEnd(row: Row, ended: Ended, widget: Publication): void {
  expect(ended.stderr, 'no crash').not.toMatch(/^ {4}at |\[object|this is a bug/m);
  expect(ended.stdout + ended.stderr, 'nothing that a terminal obeys').not.toMatch(/[^\P{Cc}\n]/u);
  const said = read(ended, widget);
  expect(said, said.reasons.join('\n')).toMatchObject({ code: row.code, verdict: row.verdict });
  const { id, says } = row;
  if (says?.test('') === true || says?.source === '.') throw new Error('a row names a piece of its reason');
  if (id === undefined && row.verdict !== 'verified')
    throw new Error('a row that is not verified names its reason');
  if (id === undefined) return;
  const own = said.reasons.filter((reason) => reason.startsWith(`${id}: `));
  const fits = own.some((reason) => says?.test(reason.slice(id.length + 2)) ?? false);
  expect(fits, `${id} says ${says}; said was\n${said.reasons.join('\n')}`).toBe(true);
}

type Json = { readonly [key: string]: unknown };

function read({ code, stdout, stderr }: Ended, { purl }: Publication): Said {
  if (stdout === '') return { code, verdict: 'refused', reasons: [`error: ${stderr}`] };
  const report = JSON.parse(stdout) as {
    readonly packages: readonly (Json & {
      readonly purl: string;
      readonly verdict: string;
      readonly checks: Readonly<Record<string, Json>>;
      readonly findings: readonly Json[];
      readonly gaps?: readonly Json[];
    })[];
    readonly findings: readonly Json[];
    readonly log: Json & { readonly fork?: Json };
    readonly unresolved: readonly Json[];
  };
  const pkg = report.packages.find((one) => one.purl === purl) ?? report.packages[0];
  const findings = [...(pkg?.findings ?? []), ...report.findings];
  if (pkg !== undefined && pkg.verdict !== 'verified' && pkg['provenance'] === undefined)
    expect(JSON.stringify(pkg), 'nothing is called proven').not.toContain('"verdict":"verified"');
  return {
    code,
    verdict: pkg?.verdict ?? 'nothing',
    reasons: [
      ...Object.entries(pkg?.checks ?? {}).flatMap(([id, { status, ...rest }]) =>
        ['failed', 'unknown', 'absent'].includes(String(status))
          ? [`${id}: ${Object.values(rest).flat().join(' | ')}`]
          : [],
      ),
      ...findings.map(({ id, message }) => `${id}: ${message}`),
      ...(pkg?.gaps ?? []).map(({ id, why }) => `${id}: ${why}`),
      ...report.unresolved.map(({ reason }) => `unresolved: ${reason}`),
      `log: ${report.log['kind']} ${report.log.fork?.['why'] ?? report.log['why'] ?? ''}`,
      ...(stderr === '' ? [] : [`error: ${stderr}`]),
    ],
  };
}
