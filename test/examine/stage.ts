import { afterAll } from 'vitest';
import type { Auditor } from '../../src/auditor.ts';
import { type Examination, examine } from '../../src/examine.ts';
import { type Checks, checkIds } from '../../src/model/check.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { httpSource } from '../../src/source/http/http.ts';
import { inProcess } from '../support/in-process.ts';
import type { World } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';
import { type ServerOptions, serveWorld, type WorldServer } from '../support/server.ts';
import { targetOf, trustOf } from '../verify/chain.ts';

/** A world on loopback, asked over real HTTP as the program asks it. */
export interface Stage {
  readonly server: WorldServer;
  /** An auditor with a connection of its own, which forgets everything. */
  auditor(changes?: Partial<Auditor>): Auditor;
  /** What examining a publication comes to; the world's list of requests then holds just those. */
  examine(publication: Publication, changes?: Partial<Auditor>): Promise<Examination>;
}

/** Serves a world until the tests of the file are over. */
export async function openStage(world: World, options: ServerOptions = {}): Promise<Stage> {
  const server = await serveWorld(world, options);
  const sources: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    await Promise.all(sources.map((source) => source.close()));
    await server.close();
  });
  const { registry, api, npm, rekor } = server.urls;
  const auditor = (changes: Partial<Auditor> = {}): Auditor => {
    const http = httpSource({ userAgent: 'jsr-verify/test', pauseMs: 1, timeoutMs: 5000 });
    sources.push(http);
    return {
      source: http,
      trust: trustOf(world.sigstore),
      policy: defaultPolicy,
      addresses: { registry, api, npmRegistry: npm, rekor },
      now: world.now,
      depth: 'attestation',
      workers: inProcess,
      ...changes,
    };
  };
  return {
    server,
    auditor,
    examine: async (publication, changes) => {
      world.requests.length = 0;
      return examine(targetOf(publication), { ...auditor(changes), depth: changes?.depth ?? 'attestation' });
    },
  };
}

/** Each check's status, for a look at all of them at once. */
export function statusesOf(checks: Checks): Readonly<Record<string, string>> {
  return Object.fromEntries(checkIds.map((id) => [id, checks[id].status]));
}
