import { createHash } from 'node:crypto';

/** What every comment of the action begins with, and how its first line ends. */
export const markerPattern = /^<!-- jsr-verify report [0-9a-f]{64} -->$/;

/**
 * The invisible first line of a comment: the same for the next run of the same job on the same paths, and different for every
 * other job, cell of a matrix, path and id. It is a digest, so no name in it can end the comment or be mistaken for another.
 *
 * @param {{
 *   readonly paths: readonly string[];
 *   readonly id: string;
 *   readonly env: Readonly<Record<string, string | undefined>>;
 * }} run
 * @returns {string}
 */
export function markerOf({ paths, id, env }) {
  // `acme/app/.github/workflows/provenance.yml@refs/pull/7/merge`; the ref changes with the event.
  const [workflow = ''] = (env['GITHUB_WORKFLOW_REF'] ?? env['GITHUB_WORKFLOW'] ?? '').split('@', 1);
  const parts = [workflow, env['GITHUB_JOB'] ?? '', paths, id];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `<!-- jsr-verify report ${digest} -->`;
}
