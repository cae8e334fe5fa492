import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A comment on the one pull request there is. */
export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: 'Bot' | 'User' };
}

/** Whose token it is: that of the workflow, of another app, of a person, or one that may only read. */
export type Token = 'workflow' | 'app' | 'person' | 'read-only';

/** As much of GitHub's API as comments need, on loopback. */
export interface GitHub {
  readonly url: string;
  readonly comments: Comment[];
  /** `METHOD path` of every request so far, and what it authenticated itself with. */
  readonly requests: { readonly what: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

const issues = '/repos/acme/app/issues';

/** Serves the API as the owner of a token sees it. */
export async function serveGitHub(token: Token, comments: Comment[] = []): Promise<GitHub> {
  const me =
    token === 'person'
      ? ({ login: 'reviewer', type: 'User' } as const)
      : ({ login: token === 'app' ? 'acme-audit[bot]' : 'github-actions[bot]', type: 'Bot' } as const);
  const requests: GitHub['requests'] = [];
  const answer = (method: string, url: URL, body: string): readonly [number, unknown] => {
    const page = Number(url.searchParams.get('page') ?? 1);
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const one = new RegExp(`^${issues}/comments/(\\d+)$`).exec(url.pathname)?.[1];
    // Only a person is somebody: the token of a workflow is not let in here.
    if (url.pathname === '/user')
      return token === 'person' ? [200, me] : [403, { message: 'not accessible' }];
    if (method === 'POST' && url.pathname === '/graphql')
      return [200, { data: { viewer: { login: me.login } } }];
    if (method === 'GET' && url.pathname === `${issues}/7/comments`)
      return [200, comments.slice((page - 1) * size, page * size)];
    if (token === 'read-only') return [403, { message: '::error::Resource not accessible by integration' }];
    if (method === 'POST' && url.pathname === `${issues}/7/comments`) {
      const comment = { id: 1000 + comments.length, body: JSON.parse(body).body, user: me };
      comments.push(comment);
      return [201, comment];
    }
    const known = comments.find(({ id }) => String(id) === one);
    if (method !== 'PATCH' || known === undefined) return [404, { message: 'Not Found' }];
    known.body = JSON.parse(body).body;
    return [200, known];
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    requests.push({ what: `${method} ${url}`, authorization: headers.authorization });
    const [status, json] = answer(method, new URL(url, 'http://localhost'), Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
