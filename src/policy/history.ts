/** Dates in the history of JSR that change how far its claims about provenance can be relied on. */

/** First Deno release that publishes provenance (1.41.1). */
export const provenanceBegan = new Date('2024-03-01T00:00:00Z');

/** From here on the registry checks the signature of what it stores; before, it stored what it was given. */
export const registryChecksBegan = new Date('2026-06-15T00:00:00Z');

/** The registry refused every attestation: it compared the digest with the uploaded tarball (jsr#1465, jsr#1483). */
const outage = {
  from: new Date('2026-07-03T08:42:00Z'),
  /** The repair was merged at 13:03; it was deployed a little later. */
  to: new Date('2026-08-04T23:59:59Z'),
} as const;

/** Whether a moment falls into the outage. */
export function duringOutage(moment: Date): boolean {
  return moment >= outage.from && moment <= outage.to;
}

/** The day of a moment, UTC: `2026-07-03`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
