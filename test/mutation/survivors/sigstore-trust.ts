import type { Reason } from '../survivors.ts';

const narrowing = 'tells the compiler of types what was looked at before';
const isRead =
  'a trusted root that the library has read has one; only the types of its messages leave it open';
const noText = 'no text and one that is nothing of what is wanted are refused alike';

/** Mutants of what says whom to trust, and of inclusion in the log, that no unit test needs to notice. */
export const sigstoreTrust: readonly Reason[] = [
  {
    file: 'inclusion.ts',
    code: '{ return undefined; }',
    to: '{}',
    why: 'a function that returns nothing returns `undefined`',
  },
  {
    file: 'inclusion.ts',
    code: 'default: return undefined;',
    to: 'default:',
    why: 'a function that returns nothing returns `undefined`',
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
    why: 'whoever listens stops listening in the end, and what has ended does not end again',
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
    why: 'a folder that others have removed already is removed; by whom is no matter',
  },

  { file: 'trust-logs.ts', code: /publicKey\?\.rawBytes|^id === undefined$|^\[\]$/, why: isRead },

  {
    file: 'tuf.ts',
    code: '[]',
    to: '["Stryker was here"]',
    why: 'a text where roles are listed is none of the three that are looked at',
  },
  {
    file: 'tuf.ts',
    code: '/\\.json$/',
    to: '/\\.json/',
    why: 'only a role that was delegated to could have this in the midst of its name, which is then told without it',
  },
  {
    file: 'tuf.ts',
    code: /^\/\^(?:\\d\+\\\.|\(\\d\+\)\\\.root\\\.json\$)\/$/,
    why: 'only a role that was delegated to could be named so, and what is read in its place is verified as that role',
  },
  {
    file: 'tuf.ts',
    code: /^`there is no /,
    to: '``',
    why: 'the library looks at the status alone, and drops the words',
  },
  {
    file: 'tuf.ts',
    code: /^(?:\{ once: true \}|true)$/,
    to: /^(?:\{\}|false)$/,
    why: 'whoever listens stops listening in the end, and what has ended does not end again',
  },
  {
    file: 'tuf-trouble.ts',
    code: /^\/\^\(\?:Unable to load /,
    to: /^\/\(\?:Unable to load /,
    why: 'where nothing has to be there, nothing is found at the beginning at the latest',
  },

  { file: 'tuf-cache.ts', code: "'utf8'", to: '""', why: 'Node writes UTF-8 where no encoding is named' },
  { file: 'root.ts', code: "'utf8'", to: '""', why: 'Node writes UTF-8 where no encoding is named' },
  { file: 'tuf-cache.ts', code: "''", to: '"Stryker was here!"', why: noText },
  {
    file: 'tuf-cache.ts',
    code: 'bytes.length <= maxBytes',
    to: 'bytes.length < maxBytes',
    why: 'a cache of twenty megabytes to the byte may count as too large; it would take seconds to read',
  },

  {
    file: 'tuf-mirror.ts',
    code: /^(?:\{ connections: 2, headersTimeout: 0, bodyTimeout: 0, autoSelectFamily: true \}|true)$/,
    to: /^(?:\{\}|false)$/,
    why: 'how many lines are opened, over which protocol, and who else counts the time, changes no answer',
  },
  { file: 'tuf-mirror.ts', code: "''", to: '"Stryker was here!"', why: 'no error has either for its code' },
];
