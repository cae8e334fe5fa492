import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DownloadHTTPError,
  DSSESignatureContent,
  filterTLogAuthorities,
  getTSATimestamp,
  signatureContent,
  verifyCertificate,
  verifyMerkleInclusion,
  verifyTLogBody,
} from '../../src/sigstore/library.ts';

describe('the functions that have no public door', () => {
  it.each([
    ['DSSESignatureContent', DSSESignatureContent],
    ['DownloadHTTPError', DownloadHTTPError],
    ['filterTLogAuthorities', filterTLogAuthorities],
    ['getTSATimestamp', getTSATimestamp],
    ['signatureContent', signatureContent],
    ['verifyCertificate', verifyCertificate],
    ['verifyTLogBody', verifyTLogBody],
    ['verifyMerkleInclusion', verifyMerkleInclusion],
  ])('%s is where it was', (name, found) => {
    expect(found).toBeTypeOf('function');
    expect(found.name).toBe(name);
  });
});

describe('the seed that is built in', () => {
  it('is named with the version of the library that is installed', async () => {
    const { builtInRoot } = await import('../../src/sigstore/root.ts');
    const { name, version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../node_modules/@sigstore/tuf/package.json'), 'utf8'),
    );
    expect((await builtInRoot()).from).toBe(`${name} ${version}`);
  });
});
