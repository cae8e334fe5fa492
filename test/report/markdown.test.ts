import { describe, expect, it } from 'vitest';
import { commentMarker, markdown, renderMarkdown } from '../../src/report/formats/markdown.ts';
import { attacks, poison } from './hostile.ts';
import { aContext, aFullReport, aRejected, aReport, aVerified } from './sample.ts';

const render = (report = aReport()) => markdown.render(report, aContext());

describe('Markdown', () => {
  it('begins with the marker by which a comment is found again, and the count of everything', () => {
    const [first, , third] = render().split('\n');
    expect(first).toBe(commentMarker);
    expect(third).toBe(
      '## ✗ jsr-verify: 5 packages: 1 rejected, 1 inconclusive, 1 exempt, 1 unattested, 1 verified',
    );
  });

  it('says what is wrong first, then lists the verified folded away', () => {
    const text = render();
    expect(text).toContain(
      '- ✗ [`@acme/tampered@2.0.0`](https://jsr.io/@acme/tampered@2.0.0) **rejected** (`deno.lock:14`)\n',
    );
    expect(text).toContain(
      '<br>hint: if the move is intended, run `jsr-verify pin @acme/tampered` and commit the policy file\n',
    );
    expect(text).toContain('**tag-matches-version** (exempt): built from `refs/heads/main`');
    expect(text.indexOf('rejected**')).toBeLessThan(text.indexOf('inconclusive**'));
    expect(text).toContain('<summary>1 verified</summary>');
    expect(text).toContain(
      '| [`@acme/widget@1.2.3`](https://jsr.io/@acme/widget@1.2.3) | [`acme/widget`](https://github.com/acme/widget/actions/runs/15551212/attempts/1) |',
    );
  });

  it('says what was not checked and what became of the log', () => {
    expect(render()).toContain(
      'Not checked: `files`, `tarball`, `installed` (not asked for at depth attestation)<br>\n',
    );
    expect(render(aFullReport())).toContain(
      '✗ `@acme/wigdet`: no such package, hint: did you mean `@acme/widget`',
    );
    expect(render(aFullReport())).toContain('```text\nolder checkpoint\nlog.example - 42\n900\n');
    expect(render(aFullReport())).toContain(
      '`@acme/moved@1.1.0`: moved from `1.0.0`: had provenance at `1.0.0`, has none at `1.1.0`',
    );
  });

  it('stays below the size of a comment, says so, and leaves out no rejection for the sake of what passed', () => {
    const packages = [
      ...Array.from({ length: 3000 }, (_, at) => aVerified(`good-${at}`)),
      ...Array.from({ length: 20 }, (_, at) => aRejected(`bad-${at}`)),
    ];
    const text = render(aReport({ packages }));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_000);
    expect(text.match(/\*\*rejected\*\*/g)?.length).toBe(20);
    expect(text).toMatch(/\*\*Truncated:\*\* \d+ packages did not fit; the counts above hold for all\.\n$/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('keeps to any size it is given, and lists no verified package where a rejected one did not fit', () => {
    const packages = [...Array.from({ length: 50 }, (_, at) => aRejected(`bad-${at}`)), aVerified()];
    for (const size of [2000, 5000, 20_000]) {
      const text = renderMarkdown(aReport({ packages }), aContext(), size);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(size);
      expect(text).toContain('51 packages: 50 rejected, 1 verified');
      expect(text).toContain('**Truncated:**');
      expect(text).not.toContain('@acme/widget@1.2.3');
    }
  });

  it('holds nothing from outside but words and code', () => {
    const ours = new Set(['<br>', '<code>', '</code>', '<details>', '</details>', '<summary>', '</summary>']);
    const text = render(poison(aFullReport()));
    const [, ...rest] = text.split('\n');
    const page = rest
      .join('\n')
      .replace(/```text\n[\s\S]*?\n````*\n/g, '')
      .replace(/^(`{3,})text\n[\s\S]*?\n\1\n/gm, '');
    const outside = page.replace(/`[^`\n]*`/g, '');
    for (const tag of outside.match(/<[^>]*>?/g) ?? []) expect(ours).toContain(tag);
    for (const [, address] of outside.matchAll(/\]\(([^)]*)\)/g))
      expect(address).toMatch(/^https:\/\/(jsr\.io|github\.com|search\.sigstore\.dev)\//);
    expect(outside.replace(/<code>[^<]*<\/code>|\]\([^)]*\)/g, '')).not.toMatch(/@octocat|#1\b|!\[/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  it('cannot be made to end a code block early', () => {
    const text = render(poison(aFullReport(), `\n\`\`\`\`\`\n${attacks.html}`));
    expect(text).toContain('``````text\n');
  });
});
