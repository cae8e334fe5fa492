import type { RekorLog } from './rekor.ts';

/** Status and JSON (or text) of an API answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
}

/** Rekor's REST API over a log: path with query, and the body of a POST. */
export function rekorApi(log: RekorLog, method: string, target: string, body: string): ApiAnswer {
  const { pathname, searchParams } = new URL(target, 'http://rekor');
  const path = pathname.replace(/^\/api\/v1\/(log|index)/, '$1');
  if (method === 'POST' && path === 'log/entries/retrieve') return retrieve(log, parse(body));
  if (method === 'POST' && path === 'index/retrieve') return search(log, parse(body));
  if (method !== 'GET') return refuse(405, `method ${method} is not allowed`);
  if (path === 'log') return { status: 200, json: log.info() };
  if (path === 'log/publicKey') return { status: 200, text: log.publicKey() };
  if (path === 'log/proof') return proof(log, searchParams);
  if (path === 'log/entries') return found(log.getByIndex(count(searchParams.get('logIndex')) ?? -1));
  const id = /^log\/entries\/([0-9a-f]{64}|[0-9a-f]{80})$/i.exec(path)?.[1];
  return found(id === undefined ? undefined : log.getByUuid(id.toLowerCase()));
}

/** At most ten in total; what is missing is skipped. */
function retrieve(log: RekorLog, body: Readonly<Record<string, unknown>>): ApiAnswer {
  const indexes = list(body['logIndexes']).map(Number);
  const ids = list(body['entryUUIDs']).map(String);
  const total = indexes.length + ids.length;
  if (total === 0 || total > 10)
    return refuse(422, `validation failure: ${total} entries asked for, 1 to 10 allowed`);
  const entries = [
    ...ids.map((id) => log.getByUuid(id.toLowerCase())),
    ...indexes.map((index) => log.getByIndex(index)),
  ];
  return { status: 200, json: entries.filter((entry) => entry !== undefined) };
}

function search(log: RekorLog, body: Readonly<Record<string, unknown>>): ApiAnswer {
  const { hash, email, subject } = body as { hash?: unknown; email?: unknown; subject?: unknown };
  if (typeof hash === 'string') {
    const digest = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(hash)?.[1];
    if (digest === undefined) return refuse(422, 'validation failure: hash in body should match a pattern');
    return { status: 200, json: log.search(`sha256:${digest.toLowerCase()}`) };
  }
  const name = typeof email === 'string' ? email : subject;
  return typeof name === 'string'
    ? { status: 200, json: log.search(name.toLowerCase()) }
    : refuse(400, 'must provide a hash, an email or a subject');
}

function proof(log: RekorLog, query: URLSearchParams): ApiAnswer {
  const first = count(query.get('firstSize') ?? '1');
  const last = count(query.get('lastSize'));
  const treeId = query.get('treeID') ?? undefined;
  if (first === undefined || last === undefined || first < 1)
    return refuse(400, 'firstSize and lastSize must be 1 or more');
  if (first > last) return refuse(400, `firstSize(${first}) must be less than lastSize(${last})`);
  if (treeId !== undefined && !log.treeIds.includes(treeId)) return refuse(400, `no tree ${treeId}`);
  try {
    return { status: 200, json: log.proof(first, last, treeId) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(400, `lastSize(${last}) is larger than the tree`);
  }
}

const found = (json: unknown): ApiAnswer =>
  json === undefined ? refuse(404, 'entry not found') : { status: 200, json };

const refuse = (code: number, message: string): ApiAnswer => ({ status: code, json: { code, message } });

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const count = (text: string | null): number | undefined =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
