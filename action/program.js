import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from './inputs.js';
import { annotate, silenced } from './workflow.js';

const home = fileURLToPath(new URL('..', import.meta.url));

/**
 * Path of the program to run: the one in the checkout of the action unless another version is requested, otherwise one
 * from npm, installed below `folder`. What npm serves has to be the tarball whose SHA-512 is in this commit of the action
 * (`action/program.json`) or, for another version, in the inputs.
 *
 * @param {{ readonly version: string; readonly integrity: string }} wanted
 * @param {string} folder
 * @throws {InputError}
 */
export async function programFor({ version, integrity }, folder) {
  if (integrity !== '' && version === '')
    throw new InputError('integrity is of a version, add the input version');
  if (version === '' && existsSync(join(home, 'dist/cli/main.js'))) return join(home, 'bin/jsr-verify.js');
  const wanted = version === '' ? await ownVersion() : version;
  // An exact version, without anything that npm or a shell could take for more than a version.
  if (!/^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,50})?$/.test(wanted))
    throw new InputError(`version is ${JSON.stringify(wanted)}, write an exact one such as 1.2.3`);
  const pin = integrity !== '' || version !== '' ? integrity : await ownIntegrity();
  if (pin !== '' && !/^sha512-[0-9A-Za-z+/]{86}==$/.test(pin))
    throw new InputError(`integrity is ${JSON.stringify(pin)}, write it as npm does: sha512-…`);
  if (pin === '')
    await annotate(
      'warning',
      version === ''
        ? 'this commit of the action is not a release, so the program from npm is not pinned by its digest'
        : 'the program from npm is not pinned by its digest, add the input integrity',
    );
  return install(wanted, pin, join(folder, 'program'));
}

// In a separate project, so that settings and packages of the audited one have no effect.
async function install(
  /** @type {string} */ version,
  /** @type {string} */ pin,
  /** @type {string} */ folder,
) {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    '--ignore-scripts',
    '--package-lock',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
  ];
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
  const integrity = await installedIntegrity(folder);
  if (pin !== '' && integrity !== pin)
    throw new InputError(
      `npm installed jsr-verify ${version} with the digest ${integrity}, but it is pinned to ${pin}`,
    );
  return join(folder, 'node_modules/jsr-verify/bin/jsr-verify.js');
}

/** The digest that npm compared the package with before it unpacked it. No script of the package ran. */
async function installedIntegrity(/** @type {string} */ folder) {
  /** @type {{ readonly packages: Readonly<Record<string, { readonly integrity?: string }>> }} */
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  return packages['node_modules/jsr-verify']?.integrity;
}

async function ownIntegrity() {
  /** @type {{ readonly integrity: string }} */
  const { integrity } = JSON.parse(await readFile(join(home, 'action/program.json'), 'utf8'));
  return integrity;
}

async function ownVersion() {
  /** @type {{ readonly version: string }} */
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  return version;
}
