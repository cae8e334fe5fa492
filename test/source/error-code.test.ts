import { expect, it } from 'vitest';
import { errorCode } from '../../src/source/error-code.ts';

it.each([
  ['an error of the system', Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'ENOENT'],
  ['an error without a code', new Error('no such file'), undefined],
  ['an error with a number for a code', Object.assign(new Error('ended'), { code: 1 }), undefined],
  ['an object that is not an Error', { code: 'ECONNRESET' }, 'ECONNRESET'],
  ['null', null, undefined],
  ['a text', 'ENOENT', undefined],
])('the code of %s', (_, error, code) => {
  expect(errorCode(error)).toBe(code);
});
