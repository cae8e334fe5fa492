import { describe, expect, it } from 'vitest';
import { spellingOf } from './spelling.ts';

const digest = '0a'.repeat(32);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const archive = (checksum: string): Buffer => {
  const header = Buffer.alloc(512);
  for (const [text, at] of [
    ['package/mod.js', 0],
    ['00000000000', 124],
    [checksum, 148],
    ['ustar', 257],
  ] as const)
    header.write(text, at, 'latin1');
  return header;
};
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('a change of evidence', () => {
  it.each([
    ['digits', [digest], [digest.toUpperCase()]],
    ['digits', { [digest]: 1 }, { [digest.replace('a', 'A')]: 1 }],
    ['digits', { of: `sha256-${digest}` }, { of: `sha256-${digest.replace('a', 'A')}` }],
    ['base64', ['+/8='], ['-_8=']],
    ['base64', ['YQ=='], ['YQ']],
    ['base64', ['+/8='], ['-_8']],
    ['metadata', [base64(`{"keyid":"${digest}"}`)], [base64(`{ "keyid":"${digest.toUpperCase()}"}`)]],
  ])('is known for a spelling of %s: %j', (spelling, before, after) => {
    expect(spellingOf(json(before), json(after))).toBe(spelling);
  });

  it.each([
    ['000013 \0', 'octal'],
    [' 00013"\0', 'octal'],
    ['000012 \0', undefined],
    ['"00013 \0', undefined],
    ['0000138\0', 'octal'],
    ['0000130\0', undefined],
  ])('is known for another spelling of an octal number: %j', (number, spelling) => {
    expect(spellingOf(archive('000013\0 '), archive(number))).toBe(spelling);
  });

  it.each([
    [[digest], [digest.replace('a', 'b')]],
    [[digest], [digest.replace('a', 'g')]],
    [[digest], [digest.slice(2)]],
    [[digest], { 0: digest }],
    [{ [digest]: 1 }, { [digest.replace('0', '1')]: 1 }],
    [{ of: `sha256-${digest}` }, { of: `SHA256-${digest}` }],
    [['a word'], ['A word']],
    [['+/8='], ['-/8=']],
    [['+/8='], ['+_8=']],
    [['+/8='], ['+/8']],
    [['+/8='], ['+/9=']],
    [['YQ=='], ['YQ=']],
    [['+/8='], ['+ /8=\n']],
    [['+/8='], ['+/!8=A']],
    [['+/8='], ['+/4=']],
    [['+/8='], ['+/A=']],
    [['+/8='], ['+/8A']],
    [[''], ['!']],
    [['not base64'], ['notbase64']],
    [[base64('{"keyid":1}')], [base64('{"keyid":2}')]],
    [[base64('{"keyid":1}')], [base64('{"keyid":1,"keyid":1}')]],
    [[base64('{"keyid":1}')], [`!${base64(' {"keyid":1}')}`]],
    [
      [digest, '+/8='],
      [digest.toUpperCase(), '-_8='],
    ],
  ])('is more than a spelling: %j and %j', (before, after) => {
    expect(spellingOf(json(before), json(after))).toBeUndefined();
  });
});
