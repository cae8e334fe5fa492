import type { LockfileFormat } from '../format.ts';
import { TreeError } from '../text/value.ts';
import { readBerry } from './yarn-berry.ts';
import { readClassic } from './yarn-classic.ts';

/** `yarn.lock` of Yarn 1, and of Yarn 2 and later, which is another format under the same name. */
export const yarn = {
  id: 'yarn',
  title: 'Yarn',
  writtenBy: 'yarn install',
  runtime: 'node',
  fileNames: ['yarn.lock'],
  recognises: (text) => isBerry(text) || isClassic(text),
  read: (text, into) => {
    if (isBerry(text)) readBerry(text, into);
    else if (isClassic(text) || /^[^\s#]/m.test(text)) readClassic(text, into);
    else throw new TreeError('holds no entry and no version, so it is not a lockfile of Yarn', 0);
  },
} as const satisfies LockfileFormat;

function isBerry(text: string): boolean {
  return /^(?:"?)__metadata(?:"?):/m.test(text);
}

function isClassic(text: string): boolean {
  return /^# yarn lockfile v\d/m.test(text);
}
