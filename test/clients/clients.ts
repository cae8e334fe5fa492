import type { Client } from './install.ts';

const { platform, arch } = process;

export const deno: Client = {
  name: 'deno',
  package: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
  version: '2.9.5',
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
export const pnpm10: Client = { name: 'pnpm', package: 'pnpm', version: '10.34.9', program: 'bin/pnpm.cjs' };
export const yarn1: Client = { name: 'yarn', package: 'yarn', version: '1.22.22', program: 'bin/yarn.js' };
export const yarn4: Client = {
  name: 'yarn',
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
