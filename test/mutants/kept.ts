import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { verifySpecs } from '../../src/audit.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import { openCache } from '../../src/source/cache/cache.ts';
import { offlineSource } from '../../src/source/offline.ts';
import type { Source } from '../../src/source/source.ts';
import { type Case, outcomeOf } from './case.ts';
import { questionOf } from './fields.ts';
import { folder } from './folder.ts';
import { BytesSource, MintedWorld } from './minted.ts';

/** Answers of an earlier run in the cache folder, with no network to ask again. */
export async function keptAnswers(): Promise<readonly Case[]> {
  const minted = new MintedWorld();
  const { fullName } = minted.publish('kept');
  const specs = [parseSpec(fullName)];
  const dir = folder();
  const cache = openCache({ dir });
  const world = new BytesSource((url, body) => minted.ask(url, body));
  const keeping: Source = {
    requests: world.requests,
    ask: async (request) => {
      const answer = await world.ask(request);
      if (answer.state === 'present') await cache.put(request, answer.value);
      return answer;
    },
    digest: async (request) => {
      const answer = await world.ask(request);
      if (answer.state === 'present') await cache.put(request, answer.value);
      return world.digest(request);
    },
  };
  await verifySpecs(specs, minted.auditor(keeping, 'files'));
  const honest = new Map(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'written')
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file, readFileSync(file)]),
  );
  const labels = labelsOf(honest);
  return [
    {
      name: 'answers in the cache',
      evidence: new Map([...labels].map(([label, file]) => [label, honest.get(file) ?? Buffer.alloc(0)])),
      waysPerByte: 1,
      run: async (changed) => {
        restore(honest);
        for (const [label, bytes] of changed) writeFileSync(labels.get(label) ?? '', bytes);
        try {
          const source = offlineSource(openCache({ dir }));
          return await outcomeOf(() => verifySpecs(specs, minted.auditor(source, 'files')));
        } finally {
          for (const label of changed.keys()) rmSync(labels.get(label) ?? '', { force: true });
        }
      },
    },
  ];
}

/** What the program took away for being damaged, and what a mutant left behind. */
function restore(honest: ReadonlyMap<string, Buffer>): void {
  for (const [file, bytes] of honest) {
    if (existsSync(file)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

/** Each file by what it keeps: `kept manifest`, and `index of manifest` for what the cache says of it. */
function labelsOf(honest: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [index, bytes] of honest) {
    const [, url = '', sha256] = /"(https:[^"\\]+).*"sha256-([^"]+)"/.exec(bytes.toString('latin1')) ?? [];
    if (sha256 === undefined) continue;
    const digest = Buffer.from(sha256, 'base64').toString('hex');
    const [content] = [...honest.keys()].filter((file) => file.replaceAll(sep, '').endsWith(digest));
    labels.set(`index of ${questionOf(url)}`, index).set(`kept ${questionOf(url)}`, content ?? '');
  }
  return labels;
}
