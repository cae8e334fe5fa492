import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { PackageReport } from '../../src/model/report.ts';
import { cyclonedx } from '../../src/report/cyclonedx.ts';
import { poison } from './hostile.ts';
import { aContext, aFullReport, anInconclusive, aReport, aVerified } from './sample.ts';

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
const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));

function parse(report = aReport()) {
  const bom = JSON.parse(cyclonedx.render(report, aContext()));
  expect(validate(bom), JSON.stringify(validate.errors)).toBe(true);
  return bom;
}
const component = (pkg: PackageReport) => parse(aReport({ packages: [pkg] })).components[0];

describe('CycloneDX', () => {
  it('is valid against the official schema, for every report', () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] }), poison(aFullReport())])
      parse(report);
  });

  it('the schema is really asked', () => {
    expect(validate({ ...parse(), components: [{ type: 'library' }] })).toBe(false);
    expect(validate({ ...parse(), version: 'x' })).toBe(false);
  });

  it('names each package by a purl as the purl specification writes it, and keeps the form that is signed', () => {
    const widget = component(aVerified());
    expect(widget).toMatchObject({
      type: 'library',
      group: '@acme',
      name: 'widget',
      version: '1.2.3',
      purl: 'pkg:jsr/%40acme/widget@1.2.3',
      'bom-ref': 'pkg:jsr/%40acme/widget@1.2.3',
    });
    expect(widget.properties).toContainEqual({
      name: 'jsr-verify:purl',
      value: 'pkg:jsr/@acme/widget@1.2.3',
    });
  });

  it('gives the digest of the version manifest as hash, and says that it is one', () => {
    const widget = component(aVerified());
    const hashes = [{ alg: 'SHA-256', content: 'a'.repeat(64) }];
    expect(widget.hashes).toEqual(hashes);
    expect(widget.externalReferences).toContainEqual({
      type: 'distribution',
      url: 'https://jsr.io/@acme/widget/1.2.3_meta.json',
      comment: 'version manifest',
      hashes,
    });
    expect(JSON.stringify(widget.properties)).toContain('jsr-verify:hash-of');
  });

  it('refers to the attestation, the repository and the run, and takes them as evidence', () => {
    const widget = component(aVerified());
    const references = widget.externalReferences.map(
      ({ type, url }: { type: string; url: string }) => `${type} ${url}`,
    );
    expect(references).toEqual([
      'website https://jsr.io/@acme/widget@1.2.3',
      'distribution https://jsr.io/@acme/widget/1.2.3_meta.json',
      'vcs https://github.com/acme/widget',
      'build-meta https://github.com/acme/widget/actions/runs/15551212/attempts/1',
      'attestation https://search.sigstore.dev/?logIndex=2313255666',
    ]);
    expect(widget.evidence).toMatchObject({
      identity: [{ field: 'purl', confidence: 1, methods: [{ technique: 'attestation' }] }],
      occurrences: [{ location: 'deno.lock', line: 7 }],
    });
  });

  it('takes nothing as attested where the chain does not hold', () => {
    const open = component(anInconclusive());
    expect(open.evidence.identity[0].methods[0].technique).toBe('manifest-analysis');
    expect(JSON.stringify(open.externalReferences)).not.toContain('attestation');
    expect(open.properties).toContainEqual({ name: 'jsr-verify:verdict', value: 'inconclusive' });
  });

  it('has one reference per component and a serial number that depends on nothing but the content', () => {
    const bom = parse(aFullReport());
    const refs = bom.components.map((one: { 'bom-ref': string }) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    expect(parse(aFullReport()).serialNumber).toBe(bom.serialNumber);
    expect(parse().serialNumber).not.toBe(bom.serialNumber);
  });

  it('links nothing that text from outside could choose, apart from what the certificate names', () => {
    const { components } = parse(poison(aReport(), ' javascript:alert(1)'));
    for (const { externalReferences } of components)
      for (const { url } of externalReferences) expect(url).toMatch(/^https:\/\//);
  });
});
