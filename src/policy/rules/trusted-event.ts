import { claimsOf } from '../../model/claims.ts';
import type { PackageRule } from '../rule.ts';

/** Events that only people with write access, or GitHub itself, can cause. */
const trusted = new Set([
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'merge_group',
  'milestone',
  'page_build',
  'push',
  'registry_package',
  'release',
  'repository_dispatch',
  'schedule',
  'status',
  'workflow_call',
  'workflow_dispatch',
]);

/** Events that strangers can cause, while the job may hold the repository's secrets and identity. */
const outsiders = new Set([
  'branch_protection_rule',
  'check_run',
  'check_suite',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'label',
  'project',
  'project_card',
  'project_column',
  'public',
  'pull_request',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'sub_issues',
  'watch',
  'workflow_run',
]);

/** Rule `trusted-event`, explained in docs/rules/trusted-event.md. */
export const trustedEvent = {
  id: 'trusted-event',
  about: 'package',
  // Careful projects do publish from `workflow_run`; it is a risk, not an attack.
  severity: 'warning',
  title: 'the build was started by an event that outsiders cannot cause',
  why: 'Workflows started by comments, forks or other workflows run with the rights of the repository on input from outsiders.',
  fix: 'Ask the owner to publish on push, release or by hand, or pin "event" if you have read the workflow.',
  *judge({ provenance, expected }) {
    if (provenance === undefined) return;
    const { event } = claimsOf(provenance.identity);
    const isPinned = expected.pins.length > 0 && expected.pins.every(({ expect }) => expect.event === event);
    if (event !== undefined && (trusted.has(event) || isPinned)) return;
    if (event === undefined)
      yield { severity: 'note', message: 'the certificate does not say what started the build' };
    // GitHub adds events over the years; one that is not in the list above may be for anybody to cause.
    else
      yield {
        message: outsiders.has(event)
          ? `the build was started by ${event}, which people without write access can cause`
          : `the build was started by ${event}, an unknown event that people without write access may be able to cause`,
        hint: 'read the workflow; if it is safe, pin "event" for this package',
      };
  },
} satisfies PackageRule;
