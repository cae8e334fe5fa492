import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { yarnPlace } from '../../src/installed/node/pnp.ts';

test.each([
  ['C:\\repo', './.yarn/cache/a.zip', 'C:\\repo\\.yarn\\cache\\a.zip'],
  ['C:\\repo', '../shared/a/', 'C:\\shared\\a'],
  ['C:\\repo', '../../D:/yarn/cache/a.zip', 'D:\\yarn\\cache\\a.zip'],
  ['\\\\server\\share\\repo', './.yarn/cache/a.zip', '\\\\server\\share\\repo\\.yarn\\cache\\a.zip'],
])('in %s on Windows, Yarn finds %s', (folder, location, place) => {
  expect(yarnPlace(folder, location, win32)).toBe(place);
});

test('elsewhere, D: is a folder like any other', () => {
  expect(yarnPlace('/repo', '../D:/a/', posix)).toBe('/D:/a');
});
