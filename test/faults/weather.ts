import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from '../support/http.ts';

/** One exchange that a fault has got hold of. */
export interface Hit {
  readonly response: ServerResponse;
  readonly honest: Answer;
  /** How many times this address has been asked, this time included. */
  readonly time: number;
}

/** One way in which an answer goes wrong, or comes late, or not at all. */
export interface Fault {
  readonly name: string;
  /**
   * What the program may make of it. `no`: the service said that there is none. `passing`: another try finds it in order.
   * `lasting`: there is no answer to be had.
   */
  readonly kind: 'no' | 'passing' | 'lasting';
  /** How many times one address is asked, at most. */
  readonly tries: number;
  /** It sends more than anybody reads. */
  readonly tooLong?: true;
  /** Seconds of `--timeout`, where nothing else would end it. */
  readonly timeout?: number;
  /** Not one byte comes, so that after the timeout its host is asked nothing more. */
  readonly silent?: true;
  /** TUF counts it as an attack on the mirror, as its specification says, and not as a mirror that is down. */
  readonly attackOnTuf?: true;
  /** False where this time the answer is honest. */
  readonly act: (hit: Hit) => boolean;
}

const headersOf = ({ headers, body }: Answer) => ({ 'content-length': String(body.length), ...headers });

const busy = (response: ServerResponse, wait?: string): void =>
  void response.writeHead(429, wait === undefined ? {} : { 'retry-after': wait }).end();

/** Whole seconds is all that a date can say, so that this is between one and two of them away. */
const soon = (): string => new Date(Date.now() + 2000).toUTCString();
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toUTCString();

/** Writes chunk after chunk for as long as somebody reads. */
function pour(response: ServerResponse, chunk: Uint8Array): void {
  const more = (): void => {
    while (!response.destroyed) if (!response.write(chunk)) return void response.once('drain', more);
  };
  more();
}

/** Writes something small every now and then, until the connection is gone. */
function drip(response: ServerResponse, write: () => void): void {
  const timer = setInterval(write, 100);
  response.on('close', () => clearInterval(timer));
}

const blanks = Buffer.alloc(65_536, ' ');
/** 100 MB in 100 KB. */
const bomb = gzipSync(Buffer.alloc(100_000_000));

const atFirst = (times: number, act: (hit: Hit) => void) => (hit: Hit) => {
  if (hit.time <= times) act(hit);
  return hit.time <= times;
};
const always = (act: (hit: Hit) => void) => (hit: Hit) => {
  act(hit);
  return true;
};

/** Everything that an answer can suffer on its way, or its server before. */
const faults: readonly Fault[] = [
  {
    name: '404',
    kind: 'no',
    tries: 1,
    act: always(({ response }) => response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')),
  },
  {
    name: '410',
    kind: 'no',
    tries: 1,
    act: always(({ response }) => response.writeHead(410, { 'content-type': 'text/plain' }).end('gone')),
  },
  {
    name: '429 with Retry-After in seconds, once',
    kind: 'passing',
    tries: 2,
    act: atFirst(1, ({ response }) => busy(response, '1')),
  },
  {
    name: '429 with Retry-After as a date, once',
    kind: 'passing',
    tries: 2,
    act: atFirst(1, ({ response }) => busy(response, soon())),
  },
  {
    name: '429 with Retry-After of an hour, in seconds',
    kind: 'lasting',
    tries: 1,
    act: always(({ response }) => busy(response, '3600')),
  },
  {
    name: '429 with Retry-After of an hour, as a date',
    kind: 'lasting',
    tries: 1,
    act: always(({ response }) => busy(response, inAnHour())),
  },
  {
    name: '429 without Retry-After, for ever',
    kind: 'lasting',
    tries: 3,
    act: always(({ response }) => busy(response)),
  },
  {
    name: 'a burst of two 5xx',
    kind: 'passing',
    tries: 3,
    act: atFirst(2, ({ response, time }) => response.writeHead(time === 1 ? 503 : 502).end('down')),
  },
  {
    name: '500 for ever',
    kind: 'lasting',
    tries: 3,
    act: always(({ response }) => response.writeHead(500).end('Internal Server Error')),
  },
  {
    name: 'a reset, once',
    kind: 'passing',
    tries: 3,
    act: atFirst(1, ({ response }) => response.socket?.resetAndDestroy()),
  },
  {
    name: 'a reset for ever',
    kind: 'lasting',
    tries: 3,
    act: always(({ response }) => response.socket?.resetAndDestroy()),
  },
  {
    name: 'a connection that closes without a word',
    kind: 'lasting',
    tries: 3,
    act: always(({ response }) => response.socket?.end()),
  },
  {
    name: 'a reset in the middle of the body',
    kind: 'lasting',
    tries: 3,
    act: always(({ response, honest }) => {
      response.writeHead(200, headersOf(honest));
      const half = honest.body.subarray(0, honest.body.length / 2);
      response.write(half, () => response.socket?.resetAndDestroy());
    }),
  },
  {
    name: 'headers that never come',
    kind: 'lasting',
    tries: 1,
    timeout: 4,
    silent: true,
    act: () => true,
  },
  {
    name: 'a body that drips for ever',
    kind: 'lasting',
    tries: 1,
    timeout: 4,
    act: always(({ response, honest }) => {
      response.writeHead(200, honest.headers);
      drip(response, () => response.write(' '));
    }),
  },
  {
    name: 'interim answers for ever',
    kind: 'lasting',
    tries: 1,
    timeout: 4,
    silent: true,
    act: always(({ response }) => drip(response, () => response.writeProcessing())),
  },
  {
    name: 'a body cut short',
    kind: 'lasting',
    tries: 3,
    act: always(({ response, honest }) => {
      response.writeHead(200, headersOf(honest));
      response.write(honest.body.subarray(0, honest.body.length / 2), () => response.destroy());
    }),
  },
  {
    name: 'a body in chunks, cut short between two of them',
    kind: 'lasting',
    tries: 3,
    act: always(({ response, honest }) => {
      response.writeHead(200, honest.headers);
      response.write(honest.body.subarray(0, honest.body.length / 2), () => response.destroy());
    }),
  },
  {
    name: 'a Content-Length that is too large',
    kind: 'lasting',
    tries: 3,
    act: always(({ response, honest }) => {
      response.writeHead(200, { ...honest.headers, 'content-length': String(honest.body.length + 1) });
      response.write(honest.body, () => response.destroy());
    }),
  },
  {
    name: 'a Content-Length that is too small',
    kind: 'lasting',
    tries: 3,
    attackOnTuf: true,
    act: always(({ response, honest }) => {
      // In one piece, as such answers come from the mistakes of servers.
      const names = Object.entries({ ...honest.headers, 'content-length': honest.body.length - 10 });
      const head = ['HTTP/1.1 200 OK', ...names.map(([name, value]) => `${name}: ${value}`), '', ''].join(
        '\r\n',
      );
      response.socket?.write(Buffer.concat([Buffer.from(head), honest.body]));
    }),
  },
  {
    name: 'two Content-Lengths that differ',
    kind: 'lasting',
    tries: 3,
    act: always(({ response, honest }) => {
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${honest.body.length}\r\nContent-Length: 2\r\n\r\n`;
      response.socket?.end(Buffer.concat([Buffer.from(head), honest.body]));
    }),
  },
  {
    name: 'headers without end',
    kind: 'lasting',
    tries: 1,
    act: always(({ response }) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      for (let line = 0; line < 200; line++) response.socket?.write(`x-${line}: ${'x'.repeat(1000)}\r\n`);
    }),
  },
  {
    name: 'a body without end',
    kind: 'lasting',
    tries: 1,
    tooLong: true,
    attackOnTuf: true,
    act: always(({ response, honest }) => {
      response.writeHead(200, honest.headers);
      pour(response, blanks);
    }),
  },
  {
    name: '300 MB, announced',
    kind: 'lasting',
    tries: 1,
    tooLong: true,
    attackOnTuf: true,
    act: always(({ response, honest }) => {
      response.writeHead(200, { ...honest.headers, 'content-length': '300000000' });
      pour(response, blanks);
    }),
  },
  {
    name: 'a gzip bomb',
    kind: 'lasting',
    tries: 1,
    act: always(({ response, honest }) =>
      response.writeHead(200, { ...honest.headers, 'content-encoding': 'gzip' }).end(bomb),
    ),
  },
];

/** The faults in groups of those of which the same is promised; the first of each group stands for the others. */
export const alike: readonly (readonly [Fault, ...Fault[]])[] = [
  ...faults
    .reduce((groups, fault) => {
      const { name: _, act: __, ...promised } = fault;
      const key = JSON.stringify(promised);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [fault]);
      else group.push(fault);
      return groups;
    }, new Map<string, [Fault, ...Fault[]]>())
    .values(),
];
