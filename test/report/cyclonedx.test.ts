import { describe, expect, it } from 'vitest';
import type { PackageReport } from '../../src/model/report.ts';
import { cyclonedx } from '../../src/report/formats/cyclonedx.ts';
import { isCycloneDx } from '../support/cyclonedx.ts';
import { poison } from './hostile.ts';
import { aContext, aFullReport, anInconclusive, aReport, aVerified } from './sample.ts';

function parse(report = aReport()) {
  const bom = JSON.parse(cyclonedx.render(report, aContext()));
  expect(isCycloneDx(bom), JSON.stringify(isCycloneDx.errors)).toBe(true);
  return bom;
}
const component = (pkg: PackageReport) => parse(aReport({ packages: [pkg] })).components[0];

describe('CycloneDX', () => {
  it('is valid against the official schema, for every report', () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] }), poison(aFullReport())])
      parse(report);
  });

  it('the schema is really asked', () => {
    expect(isCycloneDx({ ...parse(), components: [{ type: 'library' }] })).toBe(false);
    expect(isCycloneDx({ ...parse(), version: 'x' })).toBe(false);
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
