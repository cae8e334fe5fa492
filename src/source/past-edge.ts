import type { Gathered } from '../model/evidence.ts';
import type { Source, SourceRequest } from './source.ts';

/**
 * A source that asks past every cache on the way where a question wants that: the query string is part of the edge's cache key
 * (contract 2.3), so a query nobody has used before reaches the registry itself.
 */
export function pastEdge(source: Source, now: Date): Source {
  let asked = 0;
  const marked = (request: SourceRequest): SourceRequest => {
    if (request.pastEdge !== true) return request;
    asked += 1;
    const unused = `${now.getTime().toString(36)}-${asked}`;
    return { ...request, url: `${request.url}${request.url.includes('?') ? '&' : '?'}fresh=${unused}` };
  };
  return {
    ask: async (request) => named(await source.ask(marked(request)), request.url),
    digest: async (request) => named(await source.digest(marked(request)), request.url),
    get requests() {
      return source.requests;
    },
  };
}

function named<T>(answer: Gathered<T>, from: string): Gathered<T> {
  return { ...answer, from };
}
