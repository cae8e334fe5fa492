import { describe, expect, it } from 'vitest';
import type { Change, ClaimChange, PackageReport } from '../../src/model/report.ts';
import { github } from '../../src/report/formats/github.ts';
import { html } from '../../src/report/formats/html.ts';
import { markdown } from '../../src/report/formats/markdown.ts';
import { pretty } from '../../src/report/formats/pretty.ts';
import { changeInWords } from '../../src/report/words/change.ts';
import { aContext, anInconclusive, anUnattested, aRejected, aReport, aVerified } from './sample.ts';

const purl = 'pkg:jsr/@acme/widget';
const same = { kind: 'same', from: [] } as const;
const unknown = { kind: 'unknown', from: [] } as const;
const changed = (...from: readonly ClaimChange[]) => ({ kind: 'changed', from }) as const;
const at = (version: string): PackageReport => aVerified('widget', { version });
const bare = (version: string): PackageReport => anUnattested('widget', { version });
const moved = (after: PackageReport, more: object = {}, before = at('1.0.0')): Change =>
  ({ kind: 'moved', purl, before, after, provenance: 'kept', publisher: same, ...more }) as Change;
const added = (after: PackageReport, more: object = {}): Change =>
  ({ kind: 'added', purl, after, provenance: 'gained', publisher: unknown, ...more }) as Change;

describe('a change is told in a sentence', () => {
  it.each<[string, Change, string]>([
    ['added', added(at('1.0.0')), 'added, built by acme/widget'],
    [
      'added beside an earlier version of the same publisher',
      added(at('1.1.0'), { provenance: 'kept', publisher: same, earlier: '1.0.0' }),
      'added, built by acme/widget, as 1.0.0 was',
    ],
    ['added without provenance', added(bare('1.0.0'), { provenance: 'none' }), 'added, has no provenance'],
    [
      'added without the provenance of an earlier version',
      added(bare('1.1.0'), { provenance: 'lost', earlier: '1.0.0' }),
      'added: had provenance at 1.0.0, has none at 1.1.0',
    ],
    [
      'added and not checked',
      added(anInconclusive('widget', { version: '1.0.0' }), { provenance: 'unknown' }),
      'added, could not be checked',
    ],
    [
      'added and broken',
      added(aRejected('widget', { version: '1.0.0' }), { provenance: 'unknown' }),
      'added, its provenance does not hold',
    ],
    [
      'doubtful',
      added(bare('1.1.0'), { provenance: 'unknown', doubt: 'version 1.0.0 is not known: offline' }),
      'added, has no provenance; whether an earlier version had it is not known: version 1.0.0 is not known: offline',
    ],
    ['moved', moved(at('1.1.0')), 'moved from 1.0.0, still built by acme/widget'],
    [
      'moved to another publisher',
      moved(aVerified('widget', { version: '1.1.0', repository: 'evil/widget' }), {
        publisher: changed(
          {
            claim: 'repositoryId',
            before: 'https://github.com/acme/widget (1)',
            after: 'https://github.com/evil/widget (9)',
          },
          { claim: 'event', before: 'push', after: 'workflow_dispatch' },
        ),
      }),
      'moved from 1.0.0, built by evil/widget; the publisher changed since 1.0.0: ' +
        'repository was acme/widget (1), is evil/widget (9); trigger was push, is workflow_dispatch',
    ],
    [
      'moved down to a version without',
      moved(bare('1.0.0'), { provenance: 'lost', publisher: unknown }, at('1.1.0')),
      'moved from 1.1.0: had provenance at 1.1.0, has none at 1.0.0',
    ],
    [
      'moved to the first one with provenance',
      moved(at('1.1.0'), { provenance: 'gained', publisher: unknown }, bare('1.0.0')),
      'moved from 1.0.0, built by acme/widget; no provenance is known of an earlier version',
    ],
    [
      'moved to another release line without',
      moved(bare('2.0.0'), { provenance: 'none', publisher: unknown }),
      'moved from 1.0.0: had provenance at 1.0.0, has none at 2.0.0, which is another release line',
    ],
    ['removed', { kind: 'removed', purl, before: at('1.0.0') }, 'removed, was built by acme/widget'],
    ['removed without provenance', { kind: 'removed', purl, before: bare('1.0.0') }, 'removed'],
    [
      'relocked',
      {
        kind: 'relocked',
        purl,
        before: at('1.0.0'),
        after: at('1.0.0'),
        locks: [
          {
            how: 'unlocked',
            before: { kind: 'tarball', integrity: 'sha512-AA' },
            after: { kind: 'nothing', why: 'no integrity' },
          },
        ],
      },
      'same version, no longer locked: was sha512-AA, is nothing',
    ],
  ])('%s', (_, change, sentence) => {
    expect(changeInWords(change)[1]).toBe(sentence);
  });

  it('in every format for people', () => {
    const report = aReport({ packages: [at('1.0.0')], changes: [added(at('1.0.0'))] });
    expect(pretty.render(report, aContext())).toContain(
      '    @acme/widget@1.0.0: added, built by acme/widget\n',
    );
    expect(markdown.render(report, aContext())).toContain(
      '- `@acme/widget@1.0.0`: added, built by `acme/widget`\n',
    );
    expect(html.render(report, aContext())).toMatch(/@acme\/widget@1\.0\.0<\/th><td>added, built by/);
    expect(github.render(report, aContext())).toContain(
      '::notice file=deno.lock,line=7,title=@acme/widget@1.0.0::added, built by acme/widget\n',
    );
  });
});
