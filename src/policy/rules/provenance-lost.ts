import type { ChangeRule } from '../rule.ts';

/** Rule `provenance-lost`, explained in docs/rules/provenance-lost.md. */
export const provenanceLost = {
  id: 'provenance-lost',
  about: 'change',
  // A release line that was attested and suddenly is not looks exactly like a stolen publishing token.
  severity: 'error',
  title: 'a release line that had provenance keeps it',
  why: "Someone who steals a token can publish, but cannot make the project's workflow attest it: the missing attestation shows it.",
  fix: 'Stay on the version before, and ask the owner why this one was not published by the workflow.',
  *judge(change) {
    if (change.kind === 'removed' || change.kind === 'relocked' || change.provenance !== 'lost') return;
    const version = change.earlier ?? (change.kind === 'moved' ? change.before.package.version : undefined);
    yield {
      message:
        version === undefined
          ? 'earlier versions of this release line have provenance, this one has none'
          : `version ${version} of this release line has provenance, this one has none`,
      hint: 'stay on the previous version until the owner has explained why',
    };
  },
} satisfies ChangeRule;
