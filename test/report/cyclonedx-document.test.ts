import { describe, expect, it } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import type { PackageReport } from '../../src/model/report.ts';
import { cyclonedx } from '../../src/report/formats/cyclonedx.ts';
import { publicRegistries } from '../lockfile/support.ts';
import { cycloneDxSchemaOf } from '../support/cyclonedx.ts';
import { aContext, anInconclusive, aRejected, aReport, aVerified } from './sample.ts';

const versions = ['1.4', '1.5', '1.6', '1.7'];
const purl = 'pkg:jsr/%40acme/widget@1.2.3';
const plain = { type: 'library', 'bom-ref': 'a', name: 'widget', version: '1.2.3', purl };

function documentOf(specVersion: string, components: readonly object[]): string {
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion, version: 1, components }, null, 3);
}

/** The document as the renderer returns it, checked against the schema of its version. */
function enriched(text: string, pkg: PackageReport = aVerified()) {
  const [target] = readLockfile('bom.json', text, publicRegistries).targets;
  const report = aReport({ packages: [{ ...pkg, occurrences: target?.occurrences ?? [] }] });
  const out = cyclonedx.render(report, { ...aContext(), document: { file: 'bom.json', text } });
  const bom = JSON.parse(out);
  const isValid = cycloneDxSchemaOf(bom.specVersion);
  expect(isValid(bom), JSON.stringify(isValid.errors)).toBe(true);
  return { out, bom };
}

describe.each(versions)('a CycloneDX %s document that was audited', (version) => {
  const other = { type: 'library', name: 'other', version: '1.00', purl: 'pkg:npm/other@1.00' };
  const nested = { ...other, 'bom-ref': 'b', name: 'outer', components: [plain] };
  const text = documentOf(version, [other, nested]);

  it('keeps every component in its order and gets provenance of a verified package', () => {
    const { bom } = enriched(text);
    expect(bom.components[0]).toEqual(other);
    const { components, ...outer } = bom.components[1];
    expect(outer).toEqual({ ...other, 'bom-ref': 'b', name: 'outer' });
    expect(components[0]).toMatchObject(plain);
    expect(components[0].externalReferences.map(({ type }: { type: string }) => type)).toEqual([
      'vcs',
      'build-meta',
      version === '1.4' ? 'other' : 'attestation',
    ]);
    expect(components[0].pedigree.commits).toHaveLength(1);
    expect(components[0].evidence === undefined).toBe(version === '1.4');
    expect(components[0].properties).toContainEqual({ name: 'jsr-verify:verdict', value: 'verified' });
  });

  it.each([
    ['rejected', aRejected()],
    // Its chain holds, and the policy expects another publisher.
    ['rejected', { ...aVerified(), verdict: aRejected().verdict }],
    ['inconclusive', anInconclusive()],
  ])('gets no provenance of a package that is %s', (verdict, pkg) => {
    const [component] = enriched(documentOf(version, [plain]), pkg).bom.components;
    expect(Object.keys(component)).toEqual([...Object.keys(plain), 'properties']);
    expect(component.properties).toContainEqual({ name: 'jsr-verify:verdict', value: verdict });
    expect(JSON.stringify(component.properties)).not.toMatch(/jsr-verify:(?:repository|commit|logIndex)/);
  });

  it('extends the lists that a component has, and loses what somebody else wrote in the name of this program', () => {
    const forged = { name: 'jsr-verify:verdict', value: 'verified' };
    const mine = { name: 'mine', value: '1' };
    const component = {
      ...plain,
      externalReferences: [{ type: 'website', url: 'https://example.com' }],
      pedigree: { notes: 'none' },
      properties: [mine, forged],
    };
    const { bom } = enriched(documentOf(version, [component]), aRejected());
    expect(bom.components[0].properties[0]).toEqual(mine);
    expect(bom.components[0].properties).not.toContainEqual(forged);
    const verified = enriched(documentOf(version, [component])).bom.components[0];
    expect(verified.externalReferences[0]).toEqual(component.externalReferences[0]);
    expect(verified.externalReferences).toHaveLength(4);
    expect(verified.pedigree).toMatchObject({ notes: 'none', commits: [{}] });
  });

  it('is the same when it is audited again', () => {
    const { out } = enriched(text);
    expect(JSON.parse(enriched(out).out)).toEqual(JSON.parse(out));
  });
});

it('leaves the text of everything else as it is', () => {
  const text = documentOf('1.6', [plain]).replace('"version": 1,', '"version":   1,\t "x-n": 1.50,');
  const [target] = readLockfile('bom.json', text, publicRegistries).targets;
  const report = aReport({ packages: [{ ...aRejected(), occurrences: target?.occurrences ?? [] }] });
  const out = cyclonedx.render(report, { ...aContext(), document: { file: 'bom.json', text } });
  const at = out.indexOf(', "properties"');
  expect(out.slice(0, at)).toBe(text.slice(0, at));
  expect(out.endsWith(text.slice(at))).toBe(true);
});
