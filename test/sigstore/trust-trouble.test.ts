import { expect, test } from 'vitest';
import { MirrorUnavailable } from '../../src/sigstore/tuf-mirror.ts';
import { explainTuf } from '../../src/sigstore/tuf-trouble.ts';

test.each<readonly [what: string, error: unknown, outcome: object]>([
  ['silence', new MirrorUnavailable('silence'), { kind: 'unavailable', why: 'silence' }],
  [
    'a disk that is full',
    Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' }),
    { kind: 'unavailable', why: 'metadata cannot be written to disk (ENOSPC)', local: true },
  ],
  ['expiry', new Error('snapshot.json is expired'), { kind: 'expired', why: 'snapshot.json is expired' }],
  [
    'expiry in the end',
    new Error('Final root.json is expired'),
    { kind: 'expired', why: 'root.json is expired' },
  ],
  [
    'expiry of a role that was delegated to',
    new Error('Unable to load targets error Error: a%2Fb-1.c.json is expired'),
    { kind: 'expired', why: 'a%2Fb-1.c.json is expired' },
  ],
])('%s is no sign of an attack', (_, error, outcome) => {
  expect(explainTuf(error)).toEqual(outcome);
});

const signatures = 'signatures are missing or wrong';
const older = 'an older version is served than was seen before';
const mixed = 'files of different versions are mixed';
const otherFile = 'a file is not the one that was signed';
test.each<readonly [what: string, told: string, why: string]>([
  ['a forgery', 'root was signed by 0/12 keys', `${signatures} (root was signed by 0/12 keys)`],
  [
    'a rollback',
    'New timestamp version 1 is less than current version 2',
    `${older} (New timestamp version 1 is less than current version 2)`,
  ],
  [
    'a rollback by leaving a file out',
    'Unable to load snapshot metadata error Error: Missing file targets.json in new snapshot',
    `${older} (Missing file targets.json in new snapshot)`,
  ],
  [
    'a root that was skipped',
    'Expected version 12, got 14',
    'a root of another version is served (Expected version 12, got 14)',
  ],
  [
    'a mixture of snapshots',
    "Unable to load snapshot metadata error Error: Snapshot version doesn't match timestamp",
    `${mixed} (Snapshot version doesn't match timestamp)`,
  ],
  [
    'a mixture of targets',
    'Unable to load targets error Error: Version 1 of targets does not match snapshot version 2',
    `${mixed} (Version 1 of targets does not match snapshot version 2)`,
  ],
  ['another digest', 'Expected hash ab to be cd', `${otherFile} (Expected hash ab to be cd)`],
  ['another length', 'Expected length 1 to be 2', `${otherFile} (Expected length 1 to be 2)`],
  [
    'a file of another format',
    'SyntaxError: Unexpected token < in JSON',
    'a file is not TUF metadata (Unexpected token < in JSON)',
  ],
  ['what nobody has thought of', 'Something else', 'Something else'],
  [
    'what only says in the end that it has expired',
    'Expected root, got x.json is expired',
    'Expected root, got x.json is expired',
  ],
  ['what goes on after it has said so', 'x.json is expired, or not', 'x.json is expired, or not'],
  ['words that stand elsewhere: keys', 'was signed by 0/1 keys or none', 'was signed by 0/1 keys or none'],
  [
    'words that stand elsewhere: files',
    'No Missing file x in new snapshot',
    'No Missing file x in new snapshot',
  ],
  ['words that stand elsewhere: in', 'Missing file x in new snapshots', 'Missing file x in new snapshots'],
  ['words that stand elsewhere: versions', 'No Expected version 1, got 2', 'No Expected version 1, got 2'],
  ['words that stand elsewhere: lengths', 'No Expected length 1', 'No Expected length 1'],
  [
    'words that stand elsewhere: causes',
    'No Unable to load x error Error: y',
    'No Unable to load x error Error: y',
  ],
  ['a failure without a name', 'Unable to load targets error y', 'y'],
  ['control characters', 'a\u001b\u202e\u2028\u2029b', 'a    b'],
  ['endless words', `${'x'.repeat(200)}y`, 'x'.repeat(200)],
])('%s is never taken for silence', (_, told, why) => {
  const cause = new Error(told);
  expect(explainTuf(cause)).toEqual({ kind: 'invalid', why, cause });
});

test.each<readonly [error: unknown, why: string]>([
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [{ code: 'EIO', syscall: 'write' }, '[object Object]'],
  [Object.assign(new Error('a code alone'), { code: 'EIO' }), 'a code alone'],
  [Object.assign(new Error('a call alone'), { syscall: 'write' }), 'a call alone'],
])('what is no error, or none of the disk, is never taken for silence: %o', (cause, why) => {
  expect(explainTuf(cause)).toEqual({ kind: 'invalid', why, cause });
});
