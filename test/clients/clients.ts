import type { Client } from './install.ts';

const { platform, arch } = process;

export const deno: Client = {
  name: 'Deno',
  package: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
  version: '2.9.6',
  program: 'deno',
  binary: true,
};
export const bun: Client = {
  name: 'bun',
  package: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
  version: '1.4.5',
  program: 'bin/bun',
  binary: true,
};
export const npm11: Client = { name: 'npm', package: 'npm', version: '11.21.2', program: 'bin/npm-cli.js' };
export const npm12: Client = { ...npm11, version: '12.2.2', node: 24 };
export const pnpm10: Client = { name: 'pnpm', package: 'pnpm', version: '10.34.9', program: 'bin/pnpm.cjs' };
export const pnpm11: Client = { ...pnpm10, version: '11.28.11', program: 'bin/pnpm.mjs', node: 24 };
export const pnpm12: Client = {
  name: 'pnpm',
  package: `@pnpm/exe.${platform}-${arch}`,
  version: '12.21.0',
  program: 'pnpm',
  binary: true,
};
export const yarn1: Client = { name: 'Yarn', package: 'yarn', version: '1.22.22', program: 'bin/yarn.js' };
export const yarn4: Client = {
  name: 'Yarn',
  package: '@yarnpkg/cli-dist',
  version: '4.18.1',
  program: 'bin/yarn.js',
};
export const vlt: Client = {
  name: 'vlt',
  package: 'vlt',
  version: '1.0.0-rc.23',
  program: 'vlt.js',
  node: 24,
};

/** Every client that is tested, in the order of the README. */
export const clients: readonly Client[] = [
  deno,
  npm11,
  npm12,
  pnpm10,
  pnpm11,
  pnpm12,
  yarn1,
  yarn4,
  bun,
  vlt,
];

/** Splits what is tested with clients: the first with the newest version of each client, and the rest, which repeats it. */
export function newestFirst<Tested extends { readonly client: Client }>(
  all: readonly Tested[],
): { readonly first: readonly Tested[]; readonly rest: readonly Tested[] } {
  const newest = new Map(clients.map((client) => [client.name, client]));
  const first = [...newest.values()].flatMap((client) => all.find((one) => one.client === client) ?? []);
  return { first, rest: all.filter((one) => !first.includes(one)) };
}
