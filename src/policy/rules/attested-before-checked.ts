import { registryChecksBegan } from '../history.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `attested-before-checked`, explained in docs/rules/attested-before-checked.md. */
export const attestedBeforeChecked = {
  id: 'attested-before-checked',
  about: 'package',
  // It explains what the registry's badge is worth; the attestation itself has just been checked in full.
  severity: 'note',
  title: 'the registry checked the attestation when it stored it',
  why: 'Until 15 June 2026 the registry stored provenance without checking its signature. A badge from before that day proves nothing.',
  fix: 'Nothing to do: the attestation was verified here.',
  *judge({ assessment: { registryClaims }, provenance }) {
    if (provenance === undefined || typeof registryClaims.rekorLogId !== 'string') return;
    // The logged time is proven; the registry's own date is not needed.
    if (provenance.logged.integratedTime >= registryChecksBegan) return;
    yield {
      message: 'published before JSR checked signatures; checked now',
    };
  },
} satisfies PackageRule;
