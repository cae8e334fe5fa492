// All unit tests of one area, as one file for mocha; `AREA` names the folder.
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { inFile, register } from 'vitest';

// One counterexample is enough, however long it is.
fc.configureGlobal({ endOnFailure: true, numRuns: 50 });

// These look at bundles and at documents, which no mutant is in, and at thousands of policies for each mutant.
const left = ['sigstore/trust-bundle.test.ts', 'policy/docs.test.ts', 'policy/properties.test.ts'];
const area = process.env['AREA'] ?? 'verify';
const folder = new URL(`../${area}/`, import.meta.url);
const files = readdirSync(folder, { recursive: true })
  .map((name) => `${area}/${name}`)
  .filter((name) => name.endsWith('.test.ts') && !left.includes(name));

// The quick ones first: what they notice, the slow ones need not look at.
const isSlow = (file) => /chain\.test|trust-fallback|verifier\.test/.test(file);
for (const file of [...files.filter((one) => !isSlow(one)).sort(), ...files.filter(isSlow).sort()]) {
  inFile(file);
  await import(new URL(`../${file}`, import.meta.url).href);
}
register();
