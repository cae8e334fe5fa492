import { describe, expect, it } from 'vitest';
import { audit, conclude, openAuditor } from '../../src/index.ts';
import type { LockfileContents } from '../../src/model/target.ts';

const many = 100_000;

// Whoever may change a lockfile of 50 MB writes that many entries; work that grows with the square of them takes hours.
describe('a lockfile that mentions one package 100,000 times', () => {
  it('is audited without comparing each mention with each other', async () => {
    const about = { scope: 'acme', name: 'widget', version: '1.0.0' } as const;
    const foreign = Array.from({ length: many }, (_, at) => ({
      at: { file: 'package-lock.json', line: at + 1 },
      package: about,
      host: 'evil.example',
    }));
    const lockfile: LockfileContents = {
      ...{ format: 'npm', runtime: 'node', file: 'package-lock.json', targets: [], foreign, unreadable: [] },
      installs: { jsr: new Map(), others: new Set(), folders: new Map() },
    };
    const auditor = await openAuditor({ offline: true });
    const report = await audit([lockfile], auditor);
    await auditor.close();
    expect([report.findings.length, conclude(report)]).toEqual([many, 'rejected']);
  });
});
