import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Words that the program does not need, with the plain ones to use. */
const banned: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bastray\b/i, 'resolves to another package'],
  [/\bhearsay\b/i, 'registry claims'],
  [/\bmercy\b/i, 'exemption'],
  [/\bsparing\b/i, 'decisive exemptions'],
  [/\b(?:turns away|turned away)\b/i, 'rejects, rejected'],
  [/\binfancy\b/i, 'attestation grace period'],
  [/\bas good as none\b/i, 'counts as none'],
  [/, wanted [`$\d]/, 'expected'],
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

describe('the words of the program', () => {
  test.each(banned)('do not include %s', (word, instead) => {
    const found = files.filter((name) => word.test(readFileSync(`src/${name}`, 'utf8')));
    expect(found, `say: ${instead}`).toEqual([]);
  });
});
