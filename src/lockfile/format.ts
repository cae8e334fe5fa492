import type { Runtime } from '../model/target.ts';
import type { Collector } from './parts/collector.ts';

/** One kind of lockfile: its file names, how to know it by its text, and how to read it. */
export interface LockfileFormat {
  readonly id: string;
  /** What people call it. */
  readonly title: string;
  /** The command that writes the lockfile anew, for hints. */
  readonly writtenBy: string;
  /** Which runtime loads what it locks: Deno JSR's own files, Node npm tarballs that a client unpacks into `node_modules`. */
  readonly runtime: Runtime;
  /** File names that can only mean this format, most telling first: a client reads the first that is there. */
  readonly fileNames: readonly string[];
  /** Files in the same folder that say what the lockfile leaves out. */
  readonly beside?: readonly string[];
  /** Whether a text under any other name is of this format. */
  readonly recognises: (text: string) => boolean;
  /**
   * Puts all that the text says about JSR packages into `into`.
   * Throws `TreeError` when the text as a whole cannot be read, `UnknownVersion` when it is of another time.
   */
  readonly read: (text: string, into: Collector) => void;
}

/** The lockfile is of a version that this program does not know. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
  readonly at: number;
  readonly hint: string | undefined;

  constructor(version: string, known: string, at: number, hint?: string) {
    super(`is of version ${version}, this program reads ${known}`);
    this.at = at;
    this.hint = hint;
  }
}
