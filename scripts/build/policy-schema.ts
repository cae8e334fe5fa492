import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAboutLockfiles, rules } from '../../src/policy/rules/index.ts';

/** The part of a JSON Schema that the build fills in. */
interface Schema {
  readonly definitions: Readonly<Record<string, unknown>>;
}

/** The JSON Schema of the policy file: `schemas/policy.schema.json` with the ids and titles of the rules filled in. */
export async function policySchema(root: string): Promise<Schema> {
  const schema: Schema = JSON.parse(await readFile(join(root, 'schemas/policy.schema.json'), 'utf8'));
  const exemptibleRule = { enum: rules.map(({ id }) => id).filter((id) => !isAboutLockfiles(id)) };
  const severities = {
    description: 'How severe it is when a rule is broken.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      rules.map(({ id, title }) => [id, { $ref: '#/definitions/severity', description: sentence(title) }]),
    ),
  };
  return { ...schema, definitions: { ...schema.definitions, rules: severities, exemptibleRule } };
}

function sentence(title: string): string {
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}.`;
}
