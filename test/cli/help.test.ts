import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandNames, commandsFor } from '../../src/cli/command-table.ts';
import { groups } from '../../src/cli/options.ts';
import { openStage, type Stage } from './program.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(() => undefined);
});
afterAll(() => stage.close());

/** What help says, which is never an error. */
async function help(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await stage.run(argv);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

const widthsOf = (text: string): readonly number[] => text.split('\n').map((line) => [...line].length);

/** The long options that a help text lists, each at the start of its line. */
const optionsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^ +(?:-\w, )?--([a-z-]+) {2,}\S/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');

describe('help', () => {
  it.each(commandNames)('of %s fits a screen of 24 lines and 80 columns', async (name) => {
    const text = await help(name, '--help');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    expect(Math.max(...widthsOf(text))).toBeLessThanOrEqual(80);
    expect(text).toMatch(new RegExp(`^jsr-verify ${name}\\b`));
    if (name !== 'completion') expect(text).toContain('--help all ');
  });

  it('of the program fits 40 lines, and names every command and every exit code', async () => {
    const text = await help('--help');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    expect(Math.max(...widthsOf(text))).toBeLessThanOrEqual(80);
    for (const name of commandNames) expect(text).toMatch(new RegExp(`^ +jsr-verify ${name} `, 'm'));
    for (const code of [0, 1, 2, 3, 4, 70, 130]) expect(text).toMatch(new RegExp(`\\b${code} [a-z]`));
  });

  it('begins with one line that says how the program is called', async () => {
    expect(await help('-h')).toMatch(
      /^Usage: jsr-verify <spec\.\.> \[options\], or jsr-verify <command> \[options\]\n\nVerifies /,
    );
  });

  it('shows the own options of a command first, and no option of a group that few people need', async () => {
    const shown = optionsIn(await help('pin', '--help'));
    expect(shown.slice(0, 3)).toEqual(['yes', 'check', 'lockfile-type']);
    expect(shown).toContain('format');
    expect(shown).not.toContain('tuf-mirror');
  });

  it.each(Object.entries(groups))(
    'shows the options of the group "%s", and no other',
    async (word, { title }) => {
      const { audit } = await commandsFor(['audit']);
      const names = Object.entries(audit.options)
        .filter(([, option]) => 'group' in option && option.group === title)
        .map(([name]) => name);
      const text = await help('audit', '--help', word);
      expect(names.length).toBeGreaterThan(3);
      expect(optionsIn(text)).toEqual(names);
      expect(text).toContain(`${title}\n`);
      expect(await help('audit', `--help=${word}`)).toBe(text);
      expect(await help('help', 'audit', word)).toBe(text);
      // Without a command, the group is that of `verify`, without the list of commands.
      expect(await help('--help', word)).toBe(await help('verify', '--help', word));
    },
  );

  it.each(commandNames)('shows every option of %s where all are asked for', async (name) => {
    const { [name]: command } = await commandsFor([name]);
    expect([...optionsIn(await help(name, '--help', 'all'))].sort()).toEqual(
      Object.keys(command.options).sort(),
    );
  });

  it('is a command as well', async () => {
    expect(await help('help')).toBe(await help('--help'));
    expect(await help('help', 'audit')).toBe(await help('audit', '--help'));
    expect(await help('audit', '-h')).toBe(await help('audit', '--help'));
    expect(await help('help', 'sources')).toBe(await help('--help', 'sources'));
  });

  it('names the formats of lockfiles', async () => {
    expect(await help('audit', '--help')).toMatch(/deno, npm, pnpm, yarn, bun, vlt/);
  });
});

it('-q and -v are short for --quiet and --verbose', async () => {
  const { stderr } = await stage.run(['trust', 'status', '-q', '--offline']);
  expect(stderr).not.toMatch(/unknown option/);
  for (const [short, long] of [
    ['-q', '--quiet'],
    ['-v', '--verbose'],
  ] as const) {
    const of = async (flag: string) => (await stage.run(['@acme/none', flag])).stderr;
    expect((await of(short)).replaceAll(/\d+/g, '0')).toBe((await of(long)).replaceAll(/\d+/g, '0'));
  }
});
