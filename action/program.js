import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from './inputs.js';
import { silenced } from './workflow.js';

const home = fileURLToPath(new URL('..', import.meta.url));

/**
 * Path of the program to run: the one in the checkout of the action unless another version is requested, otherwise one
 * from npm, installed below `folder`.
 *
 * @param {string} version
 * @param {string} folder
 * @throws {InputError}
 */
export async function programFor(version, folder) {
  if (version === '' && existsSync(join(home, 'dist/cli/main.js'))) return join(home, 'bin/jsr-verify.js');
  const wanted = version === '' ? await ownVersion() : version;
  // An exact version, without anything that npm or a shell could take for more than a version.
  if (!/^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,50})?$/.test(wanted))
    throw new InputError(`version is ${JSON.stringify(wanted)}, write an exact one such as 1.2.3`);
  return install(wanted, join(folder, 'program'));
}

// In a separate project, so that settings and packages of the audited one have no effect.
async function install(/** @type {string} */ version, /** @type {string} */ folder) {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  const code = await silenced(async () => {
    const child = spawn('npm', [...args, `jsr-verify@${version}`], {
      cwd: folder,
      stdio: ['ignore', 1, 1],
      // On Windows, npm is a script; no argument contains characters with a meaning for a shell.
      shell: process.platform === 'win32',
    });
    const [ended] = await once(child, 'close').catch(() => [undefined]);
    return ended;
  });
  if (code !== 0) throw new InputError(`jsr-verify ${version} could not be installed from npm`);
  return join(folder, 'node_modules/jsr-verify/bin/jsr-verify.js');
}

async function ownVersion() {
  /** @type {{ readonly version: string }} */
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  return version;
}
