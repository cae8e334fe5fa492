import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reportFormats } from '../../src/report/reporter.ts';
import { type Ended, type RunOptions, run, type Stage } from '../cli/program.ts';

/** A project folder in which the program is run, with a cache that lasts from run to run. */
export interface Project {
  readonly folder: string;
  /** Runs the program here. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs the program here and reads its JSON report; what goes wrong before there is one is an error. */
  report(argv: readonly string[], options?: RunOptions): Promise<Reported>;
  /** The cache folder. */
  readonly cache: string;
  /** Runs the program once for a report in every format there is. */
  everyFormat(
    argv: readonly string[],
    options?: RunOptions,
  ): Promise<Ended & { readonly reports: ReadonlyMap<string, string> }>;
  /** Empties the cache. */
  forget(): void;
  /** Empties the cache of evidence, but not what is remembered of logs and of trust. */
  forgetEvidence(): void;
  /** Paths of what was kept as evidence against a log. */
  evidence(): readonly string[];
  write(file: string, content: string): void;
  read(file: string): string;
  /** Runs git here, and answers what it says. */
  git(...args: readonly string[]): string;
  /** Makes the project a git repository, or goes on with it: everything in it becomes a commit. */
  commit(message: string): void;
}

/** A JSON report, as far as these tests look into it. */
export interface Reported {
  readonly code: number;
  readonly stderr: string;
  readonly text: string;
  readonly json: ReportJson;
  /** All about one package, named as in a spec. */
  about(spec: string): ReportJson['packages'][number];
  /** The verdict of each package. */
  readonly verdicts: Readonly<Record<string, string>>;
  /** The ids of what was found, by package, without those that are off or only notes. */
  readonly grave: Readonly<Record<string, readonly string[]>>;
}

/** The parts of the report that these tests look at. */
export interface ReportJson {
  readonly trust: {
    readonly source: string;
    readonly from: string;
    readonly digest: string;
    readonly refreshedAt: string | null;
    readonly expiresAt: string | null;
    readonly warnings: readonly string[];
    readonly versions?: Readonly<Record<string, number>>;
  };
  readonly log: {
    readonly kind: string;
    readonly why?: string;
    readonly logs?: readonly {
      readonly origin: string;
      readonly size: string;
      readonly remembered?: string;
    }[];
    readonly fork?: {
      readonly older: string;
      readonly newer: string;
      readonly proof: readonly string[];
      readonly why: string;
    };
  };
  readonly policy: { readonly file: string | null };
  readonly summary: Readonly<Record<string, number>>;
  readonly findings: readonly FindingJson[];
  readonly unusedExemptions: readonly { readonly package: string; readonly rule: string }[];
  readonly requests: Readonly<Record<string, number>>;
  readonly packages: readonly {
    readonly purl: string;
    readonly verdict: string;
    readonly checks: Readonly<Record<string, { readonly status: string; readonly [key: string]: unknown }>>;
    readonly findings: readonly FindingJson[];
    readonly gaps?: readonly { readonly id: string; readonly why: string }[];
    readonly provenance?: Readonly<Record<string, string | null>>;
    readonly expectation: string;
  }[];
  readonly changes: readonly {
    readonly kind: string;
    readonly purl: string;
    readonly provenance?: string;
    readonly publisher?: { readonly kind: string; readonly from: readonly { readonly claim: string }[] };
    readonly earlier?: string;
  }[];
}

/** A finding of the report. */
export interface FindingJson {
  readonly id: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly file: string; readonly line: number };
  readonly exempted?: { readonly reason: string; readonly until: string };
}

/** Opens a new, empty project on a stage. */
export function openProject(stage: Stage, env: Readonly<Record<string, string>> = stage.env()): Project {
  const folder = stage.folder();
  const cache = env['JSR_VERIFY_CACHE'] ?? join(folder, 'no-cache');
  const runHere = (argv: readonly string[], options: RunOptions = {}): Promise<Ended> =>
    run(argv, { cwd: folder, ...options, env: { ...env, ...options.env } });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
  return {
    folder,
    run: runHere,
    report: async (argv, options) => toReported(await runHere([...argv, '--format', 'json'], options)),
    cache,
    everyFormat: async (argv, options) => {
      const ended = await runHere(
        [...argv, ...reportFormats.flatMap((format) => ['--format', `${format}=report.${format}`])],
        options,
      );
      return {
        ...ended,
        reports: new Map(
          reportFormats.map((format) => [format, readFileSync(join(folder, `report.${format}`), 'utf8')]),
        ),
      };
    },
    forget: () => rmSync(cache, { recursive: true, force: true }),
    forgetEvidence: () => rmSync(join(cache, 'evidence'), { recursive: true, force: true }),
    evidence: () => {
      const forks = join(cache, 'forks');
      return existsSync(forks) ? readdirSync(forks).map((name) => join(forks, name)) : [];
    },
    write: (file, content) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    git,
    commit: (message) => {
      git('init', '--quiet', '--initial-branch=main');
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
    },
  };
}

function toReported({ code, stdout, stderr }: Ended): Reported {
  if (!stdout.startsWith('{')) throw new Error(`no report, exit ${code}: ${stderr}`);
  const json = JSON.parse(stdout) as ReportJson;
  const short = (purl: string): string => purl.replace('pkg:jsr/', '');
  return {
    code,
    stderr,
    text: stdout,
    json,
    about: (spec) => {
      const found = json.packages.find(({ purl }) => short(purl) === spec);
      if (found === undefined) throw new Error(`${spec} is not in the report`);
      return found;
    },
    verdicts: Object.fromEntries(json.packages.map(({ purl, verdict }) => [short(purl), verdict])),
    grave: Object.fromEntries(
      json.packages.flatMap(({ purl, findings }) => {
        const ids = findings.filter(({ severity }) => severity !== 'note').map(({ id }) => id);
        return ids.length === 0 ? [] : [[short(purl), [...new Set(ids)]]];
      }),
    ),
  };
}
