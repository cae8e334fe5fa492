import type { Finding } from '../model/finding.ts';
import { unreadableEntry } from '../model/report.ts';
import type { LockfileContents } from '../model/target.ts';

/** What is wrong with lockfiles themselves: entries that could not be understood, and remarks on how they were found. */
export function lockfileFindings(lockfiles: readonly LockfileContents[]): readonly Finding[] {
  return lockfiles.flatMap(({ unreadable, remarks = [] }) => [
    ...unreadable.map(
      ({ at, entry, reason }): Finding => ({
        id: unreadableEntry,
        severity: 'error',
        message: `${JSON.stringify(entry.slice(0, 200))} could not be understood: ${reason}`,
        at,
      }),
    ),
    ...remarks.map((remark): Finding => ({ id: 'lockfile', severity: 'warning', ...remark })),
  ]);
}
