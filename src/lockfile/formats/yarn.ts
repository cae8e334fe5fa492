import type { LockfileFormat } from '../format.ts';
import { TreeError } from '../text/value.ts';
import { readYarnBerry } from './yarn-berry.ts';
import { readYarnClassic } from './yarn-classic.ts';

/** `yarn.lock` of Yarn 1 and of Yarn 2 and later, two formats with the same file name. */
export const yarn = {
  id: 'yarn',
  title: 'Yarn',
  writtenBy: 'yarn install',
  runtime: 'node',
  fileNames: ['yarn.lock'],
  recognises: (text) => isBerry(text) || isClassic(text),
  read: (text, into) => {
    if (isBerry(text)) readYarnBerry(text, into);
    else if (isClassic(text) || /^[^\s#]/m.test(text)) readYarnClassic(text, into);
    else throw new TreeError('contains no entry and no version, so it is not a lockfile of Yarn', 0);
  },
} as const satisfies LockfileFormat;

function isBerry(text: string): boolean {
  return /^(?:"?)__metadata(?:"?):/m.test(text);
}

function isClassic(text: string): boolean {
  return /^# yarn lockfile v\d/m.test(text);
}
