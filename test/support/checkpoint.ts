import { sign } from './keys.ts';
import type { LogKey } from './trusted-root.ts';

/** What a checkpoint says, and whom it pretends to come from. */
export interface CheckpointParts {
  /** First line. */
  readonly origin: string;
  readonly size: number | string;
  readonly root: Uint8Array;
  /** Further lines of the note. */
  readonly extra?: readonly string[];
  /** Name on the signature line; the log's host by default. */
  readonly signer?: string;
  /** Four bytes before the signature; the log id's first by default. */
  readonly keyHint?: Uint8Array;
}

/** A checkpoint (C2SP tlog-checkpoint) as a signed note with one signature. */
export function signCheckpoint(key: LogKey, parts: CheckpointParts): string {
  const note = `${[parts.origin, parts.size, Buffer.from(parts.root).toString('base64'), ...(parts.extra ?? [])].join('\n')}\n`;
  const hint = parts.keyHint ?? key.id.subarray(0, 4);
  const signature = Buffer.concat([hint, sign(key.key, Buffer.from(note, 'utf8'))]).toString('base64');
  return `${note}\n— ${parts.signer ?? key.host} ${signature}\n`;
}
