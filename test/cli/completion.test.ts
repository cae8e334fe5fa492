import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsFor } from '../../src/cli/command-table.ts';
import { reportFormats } from '../../src/report/reporter.ts';
import { runProcess } from '../support/process.ts';
import { run } from './program.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** How each shell is asked what it would offer at the end of a command line; the script is in `$SCRIPT`, the line in `$LINE`. */
const askers: Readonly<Record<Shell, string>> = {
  bash: `
    source "$SCRIPT"
    # As readline does it: equals signs are words of their own.
    read -ra COMP_WORDS <<<"\${LINE//=/ = }"
    [[ $LINE == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )) COMP_LINE=$LINE COMP_POINT=\${#LINE}
    $(complete -p jsr-verify | sed 's/.*-F \\([^ ]*\\) .*/\\1/') jsr-verify
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  // A terminal of its own, in which a key asks for what is offered and writes it down instead of showing it.
  zsh: `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner "PS1= RPS1=; autoload -Uz compinit && compinit -D -u; source $SCRIPT"
    zpty -w inner 'compadd() {
      local -a had; local flag=
      if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
      builtin compadd -A had "$@"
      print -rl -- "\${had[@]}" >> $OFFERED
      builtin compadd "$@"
    }'
    zpty -w inner 'finish() { print -r -- DONE >> $OFFERED; }; asked() { zle complete-word; finish; exit; }; zle -C complete-word complete-word _main_complete; zle -N asked; bindkey "^I" asked'
    zpty -w -n inner "$LINE"$'\\t'
    for i in {1..300}; do [[ -e $OFFERED && $(tail -1 $OFFERED) == DONE ]] && break; sleep 0.1; done
    zpty -d inner
    grep -v '^DONE$' $OFFERED`,
  fish: `
    source $SCRIPT
    complete -C $LINE | string replace -r '\\t.*' ''
    true`,
};

const isThere = (shell: Shell): boolean => {
  try {
    execFileSync(shell, ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe.each(Object.keys(askers) as Shell[])('completion in %s', (shell) => {
  describe.skipIf(!isThere(shell))(isThere(shell) ? 'itself' : `: skipped, ${shell} is not installed`, () => {
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'completion-'));
      const { code, stdout, stderr } = await run(['completion', shell]);
      expect([code, stderr]).toEqual([0, '']);
      writeFileSync(join(folder, 'script'), stdout);
      mkdirSync(join(folder, 'project'));
      mkdirSync(join(folder, 'project', 'packages'));
      writeFileSync(join(folder, 'project', 'deno.lock'), '');
      writeFileSync(join(folder, 'project', 'a policy.json'), '');
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    /** What the shell offers at the end of the line, without blanks and slashes that shells add. */
    async function offered(line: string): Promise<readonly string[]> {
      const { code, stdout, stderr } = await runProcess(
        [
          shell,
          ...(shell === 'bash' ? ['--norc'] : shell === 'zsh' ? ['-f'] : ['--no-config']),
          '-c',
          askers[shell],
        ],
        {
          cwd: join(folder, 'project'),
          env: {
            HOME: folder,
            TERM: 'xterm',
            SCRIPT: join(folder, 'script'),
            OFFERED: join(mkdtempSync(join(folder, 'offered-')), 'words'),
            LINE: line,
          },
        },
      );
      expect([code, stderr]).toEqual([0, '']);
      return [...new Set(stdout.split('\n').map((word) => word.trim().replace(/[/=]$/, '')))]
        .filter((word) => word !== '')
        .sort();
    }

    it('offers the commands first', async () => {
      expect(await offered('jsr-verify ')).toEqual(
        expect.arrayContaining(['audit', 'completion', 'diff', 'explain', 'help', 'pin', 'trust', 'verify']),
      );
      expect(await offered('jsr-verify au')).toEqual(['audit']);
    });

    it('offers every option of a command, and none that it has not', async () => {
      const { audit, trust } = await commandsFor(['audit']);
      const negated = ['cache', 'color', 'progress'];
      const names = (options: object) =>
        Object.keys(options).map((name) => (negated.includes(name) ? `--no-${name}` : `--${name}`));
      const long = async (line: string) => (await offered(line)).filter((word) => word.startsWith('--'));
      expect(await long('jsr-verify audit --')).toEqual([...names(audit.options), '--help'].sort());
      expect(await long('jsr-verify trust --')).toEqual([...names(trust.options), '--help'].sort());
      expect(await long('jsr-verify pin --ch')).toEqual(['--check']);
      // Without a command, those of verify.
      expect(await long('jsr-verify --rep')).toEqual(['--repo', '--repo-id']);
    });

    it.each([
      ['--depth', ['attestation', 'files', 'installed', 'tarball']],
      ['--format', reportFormats],
      ['--lockfile-type', ['bun', 'cyclonedx', 'deno', 'npm', 'pnpm', 'spdx', 'vlt', 'yarn']],
      ['--runner', ['github-hosted', 'self-hosted']],
    ])('offers the values of %s', async (option, values) => {
      expect(await offered(`jsr-verify audit ${option} `)).toEqual([...values].sort());
    });

    it('offers values behind an equals sign as well', async () => {
      const words = await offered('jsr-verify audit --depth=fi');
      expect(words.map((word) => word.replace('--depth=', ''))).toEqual(['files']);
    });

    it('offers files where a path is taken, and only there', async () => {
      const all = ['a policy.json', 'deno.lock', 'packages'];
      const plain = async (line: string) => (await offered(line)).map((word) => word.replaceAll('\\', ''));
      expect(await plain('jsr-verify audit ')).toEqual(all);
      expect(await plain('jsr-verify audit --policy ')).toEqual(all);
      expect(await plain('jsr-verify audit -o ')).toEqual(all);
      expect(await plain('jsr-verify audit --cache-dir ')).toEqual(['packages']);
      expect(await plain('jsr-verify audit --repo ')).toEqual([]);
      expect(await plain('jsr-verify export ')).toEqual([]);
    });

    it('offers what else a command takes', async () => {
      expect(await offered('jsr-verify completion ')).toEqual(['bash', 'fish', 'zsh']);
      expect(await offered('jsr-verify trust upd')).toEqual(['update']);
      expect(await offered('jsr-verify explain unp')).toEqual(['unpinned']);
      expect(await offered('jsr-verify help sou')).toEqual(['sources']);
    });
  });
});

describe('the completion command', () => {
  it('takes the shell from SHELL', async () => {
    const named = await run(['completion', 'fish']);
    expect(await run(['completion'], { env: { SHELL: '/usr/local/bin/fish' } })).toEqual(named);
  });

  it.each([
    [['completion'], {}, 'no shell was named, and SHELL is not set'],
    [['completion'], { SHELL: '/bin/csh' }, 'there is no completion for the shell "csh"'],
    [['completion', 'cmd'], { SHELL: '/bin/bash' }, 'there is no completion for the shell "cmd"'],
  ])('%j with %j is a wrong request', async (argv, env, fact) => {
    expect(await run(argv, { env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${fact}\n  hint: name one of bash, zsh, fish\n`,
    });
  });
});
