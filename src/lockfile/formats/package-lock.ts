import { type LockfileFormat, UnknownVersion } from '../format.ts';
import { readJson } from '../text/json.ts';
import { get, type MapTree, sectionOf, TreeError } from '../text/value.ts';
import { Packages } from './npm-packages.ts';
import { OldTree } from './npm-tree.ts';

/** `package-lock.json`, `npm-shrinkwrap.json` and the hidden lockfile of `node_modules`, versions 1 to 4. */
export const npm = {
  id: 'npm',
  title: 'npm',
  writtenBy: 'npm install --package-lock-only',
  runtime: 'node',
  fileNames: ['npm-shrinkwrap.json', 'package-lock.json', '.package-lock.json'],
  recognises: (text) =>
    /^\s*\{/.test(text) && /"lockfileVersion"\s*:\s*[1-4]\b/.test(text) && !/"nodes"\s*:/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    const version = versionOf(root);
    if (version > 1 && get(root, 'packages') === undefined) throw new TreeError('has no packages', root.at);
    if (version > 1) new Packages([...sectionOf(root, 'packages')], into).read();
    // npm 6 reads only the older tree, which version 2 keeps beside the newer one.
    if (version < 3) new OldTree(root, into, version === 2 ? get(root, 'packages') : undefined).read();
  },
} as const satisfies LockfileFormat;

function versionOf(root: MapTree): number {
  const version = get(root, 'lockfileVersion');
  if (version === undefined)
    throw new TreeError('has no lockfileVersion, so it is not a lockfile of npm', root.at);
  if (version.kind !== 'leaf' || !Number.isInteger(version.value) || Number(version.value) < 1) {
    throw new TreeError('has a lockfileVersion that is not a number', version.at);
  }
  if (Number(version.value) > 4)
    throw new UnknownVersion(String(version.value), 'versions 1 to 4', version.at);
  return Number(version.value);
}
