import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

const folder = createRequire(import.meta.url)
  .resolve('@cyclonedx/cyclonedx-library/package.json')
  .replace(/package\.json$/, 'res/schema/');
const schema = (name: string) => JSON.parse(readFileSync(`${folder}${name}`, 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
// RFC 3987: what an IRI may not hold; the plugin knows only the ASCII form.
ajv.addFormat('iri-reference', (text: string) => !/[\s<>"{}|\\^`]/u.test(text));
ajv.addFormat('idn-email', (text: string) => text.includes('@'));
ajv.addSchema(schema('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
ajv.addSchema(
  schema('jsf-0.82.SNAPSHOT.schema.json'),
  'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json',
);

ajv.addSchema(
  schema('cryptography-defs.SNAPSHOT.schema.json'),
  'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json',
);
const compiled = new Map<string, ValidateFunction>();

/** Whether a document is valid against the official schema of a version of CycloneDX; `errors` says why not. */
export function cycloneDxSchemaOf(specVersion: string): ValidateFunction {
  const isValid = compiled.get(specVersion) ?? ajv.compile(schema(`bom-${specVersion}.SNAPSHOT.schema.json`));
  compiled.set(specVersion, isValid);
  return isValid;
}

/** Whether a document is valid against the official schema of CycloneDX 1.6. */
export const isCycloneDx = cycloneDxSchemaOf('1.6');
