import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/report/formats/html.ts';
import { script } from '../../src/report/html/script.ts';
import { style } from '../../src/report/html/style.ts';
import { type ReportFormat, reportFormats } from '../../src/report/reporter.ts';
import { files, openStage, type Stage } from '../cli/program.ts';
import { hostile } from '../report/hostile.ts';
import { aContext, aFullReport, aReport, oneOfEach } from '../report/sample.ts';
import { answerOf, withBody, withHeaders } from '../support/http.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(() => undefined);
});
afterAll(() => stage.close());

/** The worst of every kind, but for what JSON and UTF-8 cannot hold. */
const garish = hostile.replace(/\p{Cs}|\0/gu, '');

/** Text that survives in names: what an attacker would put where controls are not allowed. */
const visible = `<img src=x onerror=owned()>[x](javascript:owned)\`|::error::owned%0A##[error]owned @octocat &lt;`;

interface Way {
  readonly by: string;
  readonly publish?: Partial<PublishOptions>;
  readonly attack?: (widget: Publication) => () => void;
  readonly lock?: (widget: Publication) => Readonly<Record<string, string>>;
  /** Exit code of the run. */
  readonly code: number;
  /** Whether the hostile text is shown at all, made harmless; else it must not be there. */
  readonly shown: boolean;
}

const registry = (path: string, edit: Parameters<Stage['world']['edit']>[1]) => (widget: Publication) =>
  stage.world.edit({ role: 'registry', path: path.replace('NAME', widget.name) }, edit);

/** Every way by which text of others gets into a report. */
const ways: readonly Way[] = [
  {
    by: 'the name of a branch',
    publish: { provenance: { identity: { ref: `refs/heads/${visible}` } } },
    code: 0,
    shown: true,
  },
  {
    by: 'the name of a branch with controls',
    publish: { provenance: { identity: { ref: `refs/heads/${garish}` } } },
    code: 0,
    shown: true,
  },
  {
    by: 'the path of a workflow',
    publish: { provenance: { identity: { workflow: `.github/workflows/${visible}.yml` } } },
    code: 1,
    shown: true,
  },
  { by: 'the event', publish: { provenance: { identity: { event: visible } } }, code: 0, shown: true },
  { by: 'the run', publish: { provenance: { identity: { runId: visible } } }, code: 0, shown: true },
  {
    by: 'the issuer',
    publish: { provenance: { identity: { issuer: `https://${visible}` } } },
    code: 1,
    shown: true,
  },
  {
    by: 'the owner of the repository',
    publish: { linked: { owner: visible, id: '1' } },
    code: 1,
    shown: true,
  },
  { by: 'the subject', publish: { provenance: { subject: `pkg:jsr/${garish}` } }, code: 1, shown: true },
  { by: 'the type of the payload', publish: { provenance: { payloadType: visible } }, code: 1, shown: true },
  {
    by: 'the type of the predicate',
    publish: { provenance: { statement: { predicateType: garish } } },
    code: 1,
    shown: true,
  },
  {
    by: 'the type of the build',
    publish: { provenance: { statement: { buildType: garish } } },
    code: 0,
    shown: true,
  },
  {
    by: 'the claims of a predicate',
    publish: { provenance: { statement: { claims: { event: garish } } } },
    code: 1,
    shown: true,
  },
  {
    by: 'a path in the manifest',
    publish: {
      manifest: ({ manifest, ...rest }) => ({
        ...rest,
        manifest: { ...manifest, [`/${garish}`]: manifest['/mod.ts'] },
      }),
    },
    code: 1,
    shown: true,
  },
  {
    by: 'a key that stands twice',
    publish: { manifest: () => `{${JSON.stringify(visible)}:1,${JSON.stringify(visible)}:2}` },
    code: 1,
    shown: true,
  },
  {
    by: 'the name of a backend',
    attack: registry('/@acme/NAME/1.0.0_meta.json', (answer) =>
      withHeaders(answer, { 'x-jsr-backend': visible }),
    ),
    code: 3,
    shown: true,
  },
  {
    by: 'the target of a redirect',
    attack: registry('/@acme/NAME/1.0.0_meta.json', (answer) =>
      withHeaders({ ...answer, status: 302 }, { location: 'https://owned.example/%3Cimg%3E' }),
    ),
    code: 3,
    shown: true,
  },
  {
    by: 'a kind of encoding',
    attack: registry('/@acme/NAME/1.0.0_meta.json', (answer) =>
      withHeaders(answer, { 'content-encoding': visible }),
    ),
    code: 3,
    shown: true,
  },
  {
    by: 'a web page',
    attack: registry('/@acme/NAME/1.0.0_meta.json', () =>
      answerOf(200, 'text/html', `<script>owned</script>${visible}`),
    ),
    code: 3,
    shown: false,
  },
  {
    by: 'the repository that is linked',
    attack: (widget) =>
      stage.world.edit(
        { path: new RegExp(`/(?:packages|@acme)/${widget.name}(?:/meta\\.json)?$`) },
        (answer) =>
          withBody(
            answer,
            Buffer.from(answer.body)
              .toString()
              .replace(/"owner":"[^"]+"/, `"owner":${JSON.stringify(garish)}`)
              .replace(/"id":\d+/, '"id":1'),
          ),
      ),
    code: 1,
    shown: true,
  },
  {
    by: 'an entry of deno.lock',
    lock: (widget) => ({
      'deno.lock': denoLock([widget]).replaceAll(
        `"@acme/${widget.name}@1.0.0"`,
        JSON.stringify(`@acme/${garish}@1.0.0`),
      ),
    }),
    code: 2,
    shown: true,
  },
  {
    by: 'a host in package-lock.json',
    lock: (widget) => ({
      'package-lock.json': packageLock([widget], stage.world.urls).replace(
        stage.world.urls.npm,
        'https://owned<img>.example',
      ),
    }),
    code: 2,
    shown: false,
  },
  {
    by: 'the name something is installed under',
    lock: (widget) => ({
      'package-lock.json': packageLock([widget], stage.world.urls).replace(
        `node_modules/@acme/${widget.name}`,
        `node_modules/${visible.replaceAll('"', '')}`,
      ),
    }),
    code: 2,
    shown: true,
  },
  {
    by: 'the reason of an exemption',
    publish: { provenance: 'none' },
    lock: (widget) => ({
      'deno.lock': denoLock([widget]),
      'jsr-verify.json': JSON.stringify({
        exemptions: [{ package: '*', rule: 'require-provenance', reason: garish, until: '2099-01-01' }],
      }),
    }),
    code: 0,
    shown: true,
  },
];

/** What may not be in any report, whatever it is for. */
const invisible = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u200b\ufeff]|\p{Cs}/u;

/** What the log of a CI runner obeys, whatever the format. */
const obeyedInLogs = /##\[/;

/** What the targets obey that take more than data. */
const obeyed: Readonly<Partial<Record<ReportFormat, RegExp>>> = {
  pretty: /^::|##\[/m,
  junit: /##\[|<img|<script|<!DOCTYPE|<!ENTITY/,
  markdown: /^::|<img|<script|\]\(javascript|@octocat/m,
  html: /<img|<svg\/|<script>(?:globalThis|owned)|onerror="|href="(?!#|https:\/\/|http:\/\/127\.0\.0\.1:)/,
  // A line that is a command of ours is read as nothing else, whatever is in its message.
  github: /^::(?!(?:error|warning|notice)(?: |::))|^::error::owned|^(?!::).*##\[/m,
};

describe('text of others commands nobody, when it comes by', () => {
  it.each(ways)('$by', async ({ publish, attack, lock, code, shown }) => {
    const number = ++runs;
    const widget = stage.world.publish({
      scope: 'acme',
      name: `inject-${number}`,
      version: '1.0.0',
      files: files(`export const it: number = ${number};\n`),
      ...publish,
    });
    const undo = attack?.(widget);
    const cwd = stage.folder();
    for (const [name, content] of Object.entries(lock?.(widget) ?? {}))
      writeFileSync(join(cwd, name), content);
    const formats = reportFormats.flatMap((format) => ['--format', `${format}=report.${format}`]);
    const argv = lock === undefined ? [widget.spec] : ['audit'];
    const {
      code: ended,
      stdout,
      stderr,
    } = await stage.run([...argv, '--no-cache', '--verbose', ...formats], { cwd });
    undo?.();
    expect([ended, stderr], stderr).toEqual([code, expect.not.stringMatching(/^ {4}at |this is a bug/m)]);
    expect(stdout + stderr).not.toMatch(invisible);
    const reports = reportFormats.map(
      (format) => [format, readFileSync(join(cwd, `report.${format}`), 'utf8')] as const,
    );
    for (const [format, text] of reports) {
      expect(text, format).not.toMatch(invisible);
      expect(format === 'markdown' ? withoutCode(text) : text, format).not.toMatch(
        obeyed[format] ?? obeyedInLogs,
      );
      expectReadable(format, text);
    }
    const page = reports.find(([format]) => format === 'html')?.[1] ?? '';
    expect(elementsOf(page).filter((element) => !ownElements.has(element))).toEqual([]);
    const json = reports.find(([format]) => format === 'json')?.[1] ?? '';
    expect(/owned|octocat|evil\.example/.test(json)).toBe(shown);
  });
});

let runs = 0;

/**
 * Every element that a page of the HTML report has, as its name and the names of its attributes. A `<` that begins no
 * element, and text that ends a value or an element early, are in the list as they stand.
 */
function elementsOf(page: string): readonly string[] {
  const rest = page
    .replace(`<style>${style}</style>`, () => '')
    .replace(`<script>${script}</script>`, () => '');
  return rest
    .split(/(?=<)|(?<=>)/)
    .filter((piece) => /[<>]/.test(piece))
    .map((piece) => {
      const [, name, attributes] =
        /^<(!doctype(?= html>)|\/?[a-z][a-z0-9]*)((?: [a-z][a-z-]*(?:="[^"<>]*")?)*)\/?>$/.exec(piece) ?? [];
      if (name === undefined || attributes === undefined) return piece;
      return [
        name,
        ...attributes
          .replace(/"[^"]*"/g, '')
          .split(/[= ]+/)
          .filter(Boolean),
      ].join(' ');
    });
}

/** The elements of pages into which nobody else wrote anything: about many packages, all there is, one package and none. */
const ownElements: ReadonlySet<string> = new Set(
  [
    aReport(),
    aFullReport(),
    ...[...oneOfEach().map((pkg) => [pkg]), []].map((packages) => aReport({ packages })),
  ].flatMap((report) => elementsOf(html.render(report, aContext()))),
);

it('a page in which text of others became an element is seen', () => {
  const page = html.render(aFullReport(), aContext());
  for (const text of [hostile, visible, '<b onclick="owned()">', '<i>', '<script>', '<style>', '<', '>'])
    expect(
      elementsOf(page.replace('</main>', () => `${text}</main>`)).every((it) => ownElements.has(it)),
      text,
    ).toBe(false);
});

/** Markdown without what is shown as it stands (fenced blocks and code spans) and where its links lead. */
const withoutCode = (text: string): string =>
  text
    .replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, '')
    .replace(/`[^`\n]*`|<code>[^<\n]*<\/code>/g, '')
    .replace(/\]\((?:https:\/\/|http:\/\/127\.0\.0\.1:)[^()\s]*\)/g, ']');

/** Fails for a report that its reader would refuse. */
function expectReadable(format: ReportFormat, text: string): void {
  if (['json', 'sarif', 'codequality', 'cyclonedx'].includes(format)) JSON.parse(text);
  if (format === 'ndjson' || format === 'vsa')
    for (const line of text.split('\n').filter(Boolean)) JSON.parse(line);
  if (format !== 'junit') return;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
