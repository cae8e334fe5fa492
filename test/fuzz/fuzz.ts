import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { mutated, nearly, noise } from './inputs.ts';
import { outcomeOf, type Parser } from './outcome.ts';
import { parsers } from './parsers.ts';

/** `JSR_VERIFY_FUZZ_SEED` tries the same inputs again. */
const seed = process.env['JSR_VERIFY_FUZZ_SEED'];

/** How the outcomes of all parsers say no. */
const refused =
  /"(?:ok|same)": false|"status": "(?:failed|unknown)"|"code": "|error |"state": "(?:unavailable|absent|refused|malformed|corrupted|unread)"/;

const kinds = {
  'anything at all': noise,
  'words of what is valid, put together': nearly,
  'something valid with a few things wrong': mutated,
} as const;

/** Gives each parser so many inputs of each kind. */
export function describeParsers(runs: number): void {
  vi.setConfig({ testTimeout: 60_000 + runs * 1000 });

  describe.each(parsers)('$name, whatever comes in', (parser: Parser) => {
    test.each(Object.entries(kinds))('%s makes an outcome, the same one each time', async (_, kind) => {
      await fc.assert(
        fc.asyncProperty(kind(parser.samples), async (bytes) => {
          await outcomeOf(parser, bytes);
        }),
        {
          numRuns: Math.max(3, Math.round(runs * (parser.share ?? 1))),
          ...(seed === undefined ? {} : { seed: Number(seed) }),
          examples: (parser.examples ?? []).map((example): [Buffer] => [Buffer.from(example)]),
        },
      );
    });

    test('what is valid is accepted', async () => {
      for (const sample of parser.samples)
        expect((await outcomeOf(parser, sample)).slice(0, 60)).not.toMatch(refused);
    });
  });
}
