import type { RunOptions, Stage } from '../cli/program.ts';
import type { Project } from './project.ts';

/** A page that is written while its story happens. */
export interface Teller {
  /** A paragraph about what comes next. */
  say(text: string): void;
  /** Something typed that is not this program, such as git; it is only shown. */
  typed(line: string): void;
  /** A file as it is now. */
  shows(file: string): void;
  /** Runs the program and shows what it says, as far as that is the same each time; answers the exit code. */
  run(line: string, options?: RunOptions): Promise<number>;
  /** The whole page. */
  page(): string;
}

/** Tells a story of a project on a stage, under a title. */
export function openTeller(title: string, stage: Stage, project: Project): Teller {
  const parts = [`# ${title}`];
  const fenced = (language: string, text: string): void =>
    void parts.push(`\`\`\`${language}\n${steady(text.trimEnd(), stage, project)}\n\`\`\``);
  return {
    say: (text) => void parts.push(text),
    typed: (line) => fenced('console', `$ ${line}`),
    shows: (file) => fenced('jsonc', project.read(file)),
    run: async (line, options) => {
      const { code, stdout, stderr } = await project.run(line === '' ? [] : line.split(' '), options);
      fenced('console', `$ jsr-verify ${line}\n${stdout}`);
      if (stderr !== '') {
        parts.push('On standard error:');
        fenced('text', stderr);
      }
      parts.push(`Exit code ${code}.`);
      return code;
    },
    page: () => `${parts.join('\n\n')}\n`,
  };
}

const roles = { registry: 'jsr', api: 'api', npm: 'npm', rekor: 'rekor', tuf: 'tuf' } as const;

/** Without ports, folders, keys and whatever depends on them: these are minted anew for every run. */
function steady(text: string, { server }: Stage, { folder, cache }: Project): string {
  let told = text.replaceAll(cache, '~/.cache/jsr-verify').replaceAll(folder, '~/project');
  for (const [role, name] of Object.entries(roles)) {
    const url = server.urls[role as keyof typeof roles];
    told = told.replaceAll(url, `https://${name}.example`).replaceAll(new URL(url).host, `${name}.example`);
  }
  return told
    .replace(/\b[0-9a-f]{64}\b/g, '‹sha256›')
    .replace(/\b[0-9a-f]{16}…/g, '‹id›…')
    .replace(/log-fork-[0-9a-f]{16}/g, 'log-fork-‹digest›')
    .replace(/(— \S+) [A-Za-z0-9+/]{80,}=*/g, '$1 ‹signature›')
    .replace(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g, '‹hash›')
    .replace(/\(\d+ KiB\)/g, '(‹size›)');
}
