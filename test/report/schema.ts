import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';

type Schema = { [key: string]: unknown };

const published: Schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
);

/** The schema as published, which allows unknown properties, and a closed copy that proves ours are all described. */
const validators = {
  published: compile(published),
  closed: compile(close({ ...published, $id: `${published['$id']}:closed` })),
  package: compile(close({ $ref: '#/$defs/package', $defs: published['$defs'] })),
};

/** Fails unless the text is a report that the schema describes down to the last property. */
export function expectReport(text: string): void {
  const report: unknown = JSON.parse(text);
  expect(problems('published', report)).toEqual([]);
  expect(problems('closed', report)).toEqual([]);
}

/** Fails unless the value is a package as reports state it. */
export function expectPackage(value: unknown): void {
  expect(problems('package', value)).toEqual([]);
}

/** What the schema has against a value, as `path message`. */
export function problems(which: keyof typeof validators, value: unknown): readonly string[] {
  const validate = validators[which];
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        (error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
      );
}

function compile(schema: Schema) {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
  formats.default(ajv);
  return ajv.compile(schema);
}

function close<T>(node: T): T {
  if (Array.isArray(node)) return node.map(close) as T;
  if (typeof node !== 'object' || node === null) return node;
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]));
  const isObject = closed['type'] === 'object' && closed['properties'] !== undefined;
  return (isObject && closed['additionalProperties'] === undefined
    ? { ...closed, additionalProperties: false }
    : closed) as unknown as T;
}
