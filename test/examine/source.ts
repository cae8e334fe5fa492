import { absent, fileDigest, type Gathered, present, unavailable } from '../../src/model/evidence.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import { ROLES } from '../support/http.ts';
import type { World } from '../support/jsr.ts';

/** A world's answers without a network in between, and every question that was put to it. */
export interface WorldSource extends Source {
  readonly asked: readonly SourceRequest[];
}

/** Asks a world directly: what the network would have brought, as soon as it is asked for. */
export function sourceOf(world: World): WorldSource {
  const asked: SourceRequest[] = [];
  const requests = new Map<string, number>();
  const ask = async (request: SourceRequest): Promise<Gathered<Uint8Array>> => {
    asked.push(request);
    const { method, url, body = '' } = request;
    const role = ROLES.find((one) => url.startsWith(`${world.urls[one]}/`));
    if (role === undefined) return unavailable(url, { kind: 'timeout', why: 'nobody lives there' });
    requests.set(role, (requests.get(role) ?? 0) + 1);
    const path = url.slice(world.urls[role].length);
    const answer = world.answer({ role, method, path, body, headers: { accept: 'application/json' } });
    if (answer.status === 404) return absent(url);
    if (answer.status !== 200)
      return unavailable(url, { kind: 'status', status: answer.status, why: `answered ${answer.status}` });
    return answer.body.length > request.maxBytes
      ? unavailable(url, { kind: 'too-large', why: `longer than ${request.maxBytes} bytes` })
      : present(answer.body, url);
  };
  return {
    asked,
    requests,
    ask,
    digest: async (request) => {
      const answer = await ask(request);
      return answer.state === 'present' ? present(fileDigest(answer.value), answer.from) : answer;
    },
  };
}
