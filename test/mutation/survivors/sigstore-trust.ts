import type { Reason } from '../survivors.ts';

const narrowing = 'type narrowing: this was checked before';
const isRead =
  'type narrowing: a trusted root that the library has read always has one, though its types make it optional';
const noText = 'equivalent: a text that is nothing of what is wanted is rejected like an empty one';

/** Mutants of what says whom to trust, and of inclusion in the log, that no unit test needs to notice. */
export const sigstoreTrust: readonly Reason[] = [
  {
    file: 'inclusion.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
  {
    file: 'inclusion.ts',
    code: 'default: return undefined;',
    to: 'default:',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
  { file: 'inclusion.ts', code: "''", to: '"Stryker was here!"', why: noText },
  { file: 'inclusion.ts', code: /^proof\?\.checkpoint(?:\?\.envelope)?$/, why: narrowing },
  { file: 'inclusion.ts', code: 'proof === undefined', to: 'false', why: narrowing },

  { file: 'trust-root.ts', code: 'authority.certChain?.certificates', why: isRead },
  { file: 'trust-root.ts', code: 'log.publicKey?.validFor', why: isRead },

  { file: 'trust.ts', code: 'replayed?.kind', to: 'replayed.kind', why: narrowing },
  { file: 'trust.ts', code: 'kept?.state', to: 'kept.state', why: narrowing },
  {
    file: 'trust.ts',
    code: /^(?:\{ once: true \}|true)$/,
    to: /^(?:\{\}|false)$/,
    why: 'equivalent: the listener is removed in any case, and the event is not fired twice',
  },

  {
    file: 'trust-describe.ts',
    code: /^(?:logId\?\.keyId|publicKey\?\.(?:keyDetails|validFor)|certChain\?\.certificates)$/,
    why: isRead,
  },
  { file: 'trust-describe.ts', code: 'issuing === undefined', to: 'false', why: isRead },
  { file: 'trust-describe.ts', code: "''", to: '"Stryker was here!"', why: isRead },
  { file: 'trust-describe.ts', code: '[]', to: '["Stryker was here"]', why: isRead },

  {
    file: 'trust-disk.ts',
    code: 'true',
    to: 'false',
    why: 'harmless: a folder that another process has removed already counts as removed',
  },

  { file: 'trust-logs.ts', code: /publicKey\?\.rawBytes|^id === undefined$|^\[\]$/, why: isRead },

  {
    file: 'tuf.ts',
    code: '[]',
    to: '["Stryker was here"]',
    why: 'equivalent: the inserted text is none of the three roles that are read',
  },
  {
    file: 'tuf.ts',
    code: '/\\.json$/',
    to: '/\\.json/',
    why: 'harmless: only a delegated role could have this inside its name, which is then shown without it',
  },
  {
    file: 'tuf.ts',
    code: /^\/\^(?:\\d\+\\\.|\(\\d\+\)\\\.root\\\.json\$)\/$/,
    why: 'harmless: only a delegated role could have such a name, and what is read instead is verified as that role',
  },
  {
    file: 'tuf.ts',
    code: /^`there is no /,
    to: '``',
    why: 'equivalent: the library reads only the status, and drops the message',
  },
  {
    file: 'tuf.ts',
    code: /^(?:\{ once: true \}|true)$/,
    to: /^(?:\{\}|false)$/,
    why: 'equivalent: the listener is removed in any case, and the event is not fired twice',
  },
  {
    file: 'tuf-trouble.ts',
    code: /^\/\^\(\?:Unable to load /,
    to: /^\/\(\?:Unable to load /,
    why: 'equivalent: an expression that matches the empty string always matches at the start',
  },

  { file: 'tuf-cache.ts', code: "'utf8'", to: '""', why: 'equivalent: Node writes UTF-8 by default' },
  { file: 'root.ts', code: "'utf8'", to: '""', why: 'equivalent: Node writes UTF-8 by default' },
  { file: 'tuf-cache.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'tuf-cache.ts',
    code: 'bytes.length <= maxBytes',
    to: 'bytes.length < maxBytes',
    why: 'harmless: a cache of exactly the largest size may count as too large; a test with one would take seconds',
  },

  {
    file: 'tuf-mirror.ts',
    code: /^(?:\{ connections: 2, headersTimeout: 0, bodyTimeout: 0, autoSelectFamily: true \}|true)$/,
    to: /^(?:\{\}|false)$/,
    why: 'not testable: the number of connections, the protocol and a second timeout change no answer',
  },
  {
    file: 'tuf-mirror.ts',
    code: "''",
    to: '"Stryker was here!"',
    why: 'equivalent: neither text is the code of an error',
  },
];
