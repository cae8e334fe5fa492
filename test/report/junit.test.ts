import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { junit } from '../../src/report/formats/junit.ts';
import { poison } from './hostile.ts';
import { aContext, aFullReport, aReport, aVerified } from './sample.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/**
 * What Jenkins allows (its junit-4 and junit-10 schemas agree on this much): children in this order, with how many
 * of each, and attributes, the first ones required.
 */
const allowed: Readonly<
  Record<
    string,
    {
      children: readonly (readonly [string, number])[];
      required: readonly string[];
      optional: readonly string[];
    }
  >
> = {
  testsuites: {
    children: [['testsuite', 99]],
    required: [],
    optional: ['name', 'tests', 'failures', 'errors'],
  },
  testsuite: {
    children: [
      ['testcase', 99_999],
      ['system-out', 1],
    ],
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['skipped', 'timestamp'],
  },
  testcase: {
    children: [
      ['skipped', 1],
      ['error', 99],
      ['failure', 99],
      ['system-out', 1],
    ],
    required: ['name'],
    optional: ['classname'],
  },
  failure: { children: [], required: [], optional: ['type', 'message'] },
  error: { children: [], required: [], optional: ['type', 'message'] },
  skipped: { children: [], required: [], optional: [] },
  'system-out': { children: [], required: [], optional: [] },
};

function parse(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const path = [root];
  // A parser that refuses whatever XML 1.0 does.
  const parser = new SaxesParser();
  const refuse = (what: string) => () => {
    throw new Error(`${what} in the output`);
  };
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', refuse('a doctype'));
  parser.on('cdata', refuse('a CDATA section'));
  parser.on('comment', refuse('a comment'));
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: '' };
    path.at(-1)?.children.push(element);
    path.push(element);
  });
  parser.on('text', (part) => {
    const element = path.at(-1);
    if (element !== undefined) element.text += part;
  });
  parser.on('closetag', () => path.pop());
  parser.write(text).close();
  const [suites] = root.children;
  if (suites === undefined) throw new Error('no root element');
  check(suites);
  return suites;
}

function check({ name, attributes, children }: Element): void {
  const rule = allowed[name];
  if (rule === undefined) throw new Error(`unknown element ${name}`);
  const known = [...rule.required, ...rule.optional];
  expect(Object.keys(attributes).filter((key) => !known.includes(key))).toEqual([]);
  expect(rule.required.filter((key) => !(key in attributes))).toEqual([]);
  const order = rule.children.map(([child]) => child);
  const places = children.map((child) => order.indexOf(child.name));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const [child, most] of rule.children)
    expect(children.filter((one) => one.name === child).length).toBeLessThanOrEqual(most);
  children.forEach(check);
}

const render = (report = aReport()) => parse(junit.render(report, aContext()));
const cases = (report = aReport()) =>
  render(report).children.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));
const inside = (name: string, report = aReport()) =>
  cases(report)
    .find(({ attributes }) => attributes['name'] === name)
    ?.children.map((child) => child.name);

describe('JUnit', () => {
  it('has the structure Jenkins allows, for every report', () => {
    for (const report of [aReport(), aFullReport(), aReport({ packages: [] }), poison(aFullReport())])
      render(report);
  });

  it('the structure is really checked', () => {
    expect(() => parse('<testsuites><testcase name="x"/></testsuites>')).toThrow();
    expect(() => parse('<testsuites><testsuite name="x"/></testsuites>')).toThrow();
    expect(() => parse('<testsuites>\u0000</testsuites>')).toThrow();
  });

  it('makes rejected a failure, inconclusive an error, unattested and exempt skipped, verified a pass', () => {
    expect(inside('@acme/tampered@2.0.0')).toEqual(['failure', 'failure', 'system-out']);
    expect(inside('@acme/unreachable@0.3.0')).toEqual(['error']);
    expect(inside('@acme/old@0.1.0')).toEqual(['skipped', 'system-out']);
    expect(inside('@acme/dispatched@4.0.0-rc.1')).toEqual(['skipped', 'system-out']);
    expect(inside('@acme/widget@1.2.3')).toEqual(['system-out']);
  });

  it('counts what it holds', () => {
    const suites = render(aFullReport());
    expect(suites.attributes).toEqual({ name: 'jsr-verify', tests: '11', failures: '2', errors: '5' });
    for (const suite of suites.children) {
      const holding = (name: string) =>
        String(suite.children.filter(({ children }) => children.some((child) => child.name === name)).length);
      expect(suite.attributes).toMatchObject({
        tests: String(suite.children.filter(({ name }) => name === 'testcase').length),
        failures: holding('failure'),
        errors: holding('error'),
        skipped: holding('skipped'),
      });
    }
  });

  it('says why: finding, hint, what was seen and wanted, place, and the reason of what was skipped', () => {
    const text = junit.render(aReport(), aContext());
    for (const part of [
      'message="pinned-identity: signed by https://github.com/evil/widget',
      'hint: if the move is intended',
      `wanted ${'b'.repeat(64)}`,
      'deno.lock:14',
      'until 2027-01-31: releases are dispatched by hand until the move</skipped>',
      'log index 2313255666',
    ])
      expect(text).toContain(part);
  });

  it('fails for trouble with the run itself, though every package is verified', () => {
    const report = { ...aFullReport(), packages: [aVerified()] };
    expect(
      cases(report).filter(({ children }) => children.some(({ name }) => /failure|error/.test(name))).length,
    ).toBe(4);
    expect(inside('the log is consistent', report)).toEqual(['failure']);
  });

  it('carries hostile text as text', () => {
    const text = junit.render(poison(aFullReport()), aContext());
    expect(text).not.toMatch(/<!|<script|&(?!#\d+;)/);
  });
});
