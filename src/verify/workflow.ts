import type { Identity } from '../model/provenance.ts';

/** A workflow file and the ref it was taken from. */
export interface Workflow {
  readonly path: string;
  readonly ref: string;
}

const github = 'https://github.com/';

/**
 * Path and ref of the build config (`.18`) as Deno derives them from `GITHUB_WORKFLOW_REF`: every `<owner>/<repo>/` is
 * removed, and the text is cut at its first `@` (contract 4.2). `undefined` when the certificate names no build config
 * on GitHub.
 */
export function denoWorkflow({ buildConfigURI, sourceRepositoryURI }: Identity): Workflow | undefined {
  if (!buildConfigURI?.startsWith(github) || !sourceRepositoryURI?.startsWith(github)) return undefined;
  const text = buildConfigURI
    .slice(github.length)
    .replaceAll(`${sourceRepositoryURI.slice(github.length)}/`, '');
  const cut = text.indexOf('@');
  return cut === -1 ? { path: text, ref: '' } : { path: text.slice(0, cut), ref: text.slice(cut + 1) };
}
