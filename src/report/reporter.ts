import type { Reporter } from './renderer.ts';

/** The report formats; names, choices and help come from this list. */
export const reporters = {
  pretty: {
    mediaType: 'text/plain',
    about: 'for people, in a terminal',
    load: async () => (await import('./formats/pretty.ts')).pretty,
  },
  json: {
    mediaType: 'application/json',
    about: 'everything, as one document with a schema',
    load: async () => (await import('./formats/json.ts')).json,
  },
  ndjson: {
    mediaType: 'application/x-ndjson',
    about: 'one line per package as it is done, then a summary',
    load: async () => (await import('./formats/ndjson.ts')).ndjson,
  },
  sarif: {
    mediaType: 'application/sarif+json',
    about: 'SARIF 2.1.0, for code scanning',
    load: async () => (await import('./formats/sarif.ts')).sarif,
  },
  junit: {
    mediaType: 'application/xml',
    about: 'JUnit XML, one test case per package',
    load: async () => (await import('./formats/junit.ts')).junit,
  },
  codequality: {
    mediaType: 'application/json',
    about: 'Code Quality issues, for GitLab merge requests',
    load: async () => (await import('./formats/codequality.ts')).codequality,
  },
  markdown: {
    mediaType: 'text/markdown',
    about: 'for job summaries and pull request comments',
    load: async () => (await import('./formats/markdown.ts')).markdown,
  },
  html: {
    mediaType: 'text/html',
    about: 'one self-contained page to search and filter',
    load: async () => (await import('./formats/html.ts')).html,
  },
  github: {
    mediaType: 'text/plain',
    about: 'GitHub workflow commands, for annotations',
    load: async () => (await import('./formats/github.ts')).github,
  },
  vsa: {
    mediaType: 'application/x-ndjson',
    about: 'SLSA verification summaries, one in-toto statement per line',
    load: async () => (await import('./formats/vsa.ts')).vsa,
  },
  cyclonedx: {
    mediaType: 'application/vnd.cyclonedx+json',
    about: 'CycloneDX 1.6 bill of materials of the JSR packages',
    load: async () => (await import('./formats/cyclonedx.ts')).cyclonedx,
  },
} as const satisfies Readonly<Record<string, Reporter>>;

export type ReportFormat = keyof typeof reporters;

/** The names of the report formats, in the order of help. */
export const reportFormats = Object.keys(reporters) as readonly ReportFormat[];
