import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claimsOf, parseRepository, parseWorkflow, sameRepository } from '../../src/model/claims.ts';
import { githubIssuer } from '../../src/policy/identity.ts';

const root = resolve(import.meta.dirname, '../..', process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real');
const file = join(root, 'B-bundles/verdicts.tsv');
const there = existsSync(file);

/** The certificates of real bundles as somebody else read them; only those with GitHub's extensions from `.8` on. */
function certificates(): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return lines
    .map((line) => {
      const cells = line.split('\t');
      return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    })
    .filter((row) => row['cert_source_repo']?.startsWith('https://'));
}

describe.skipIf(!there)(`real certificates${there ? '' : ' (skipped, no real data)'}`, () => {
  test('name repositories and workflows that can be read', () => {
    const rows = certificates();
    expect(rows.length).toBeGreaterThan(40);
    for (const { cert_source_repo: repository, cert_san: san, cert_issuer: issuer = '' } of rows) {
      if (issuer !== githubIssuer) continue;
      expect(parseRepository(repository), repository).toBeDefined();
      expect(parseWorkflow(san), san).toBeDefined();
      expect(
        claimsOf({ issuer, subjectAlternativeName: san ?? '', sourceRepositoryURI: repository ?? '' })
          .repository,
      ).toBe(repository?.slice('https://github.com/'.length));
    }
  });

  test('are signed in a different repository than the source as often as the index says', () => {
    const foreign = certificates().filter(
      ({ cert_source_repo: repository, cert_build_signer: signer, cert_san: san, ...row }) => {
        const [source, workflow] = [parseRepository(repository), parseWorkflow(signer || san)];
        return (
          row['verdict_4.1.3'] === 'accept' &&
          source !== undefined &&
          workflow !== undefined &&
          !sameRepository(source, workflow)
        );
      },
    );
    expect(foreign).toHaveLength(42);
  });
});
