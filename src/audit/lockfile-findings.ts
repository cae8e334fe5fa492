import type { Finding } from '../model/finding.ts';
import { unreadableEntry } from '../model/report.ts';
import type { LockfileContents } from '../model/target.ts';

/** Findings about the lockfiles themselves: unreadable entries and remarks from the search for lockfiles. */
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
