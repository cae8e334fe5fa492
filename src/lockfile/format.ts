import type { Runtime } from '../model/target.ts';
import type { Collector } from './parts/collector.ts';

/** One lockfile format: its file names, how to recognise its text, and how to read it. */
export interface LockfileFormat {
  readonly id: string;
  /** The name for messages. */
  readonly title: string;
  /** The command that regenerates the lockfile, for hints; missing where many tools write the format. */
  readonly writtenBy?: string;
  /**
   * The runtime that loads the locked packages: Deno loads JSR's own files, Node loads npm tarballs from `node_modules`; `none` for
   * a list from which nothing is installed.
   */
  readonly runtime: Runtime;
  /** File names of this format only; a client reads the first one that exists. */
  readonly fileNames: readonly string[];
  /** What other file names of this format only end with. */
  readonly endings?: readonly string[];
  /** Files in the same folder with information that the lockfile does not contain. */
  readonly beside?: readonly string[];
  /** `true` where a report can return the file with additions, so that its text is kept. */
  readonly isReturned?: true;
  /** Whether a text in a file of another name has this format. */
  readonly recognises: (text: string) => boolean;
  /**
   * Adds everything that the text says about JSR packages to `into`.
   * Throws `TreeError` when the whole text cannot be read, `UnknownVersion` when its version is not supported.
   */
  readonly read: (text: string, into: Collector) => void;
}

/** The lockfile has a version that this program does not support. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion';
  readonly at: number;
  readonly hint: string | undefined;

  constructor(version: string, known: string, at: number, hint?: string) {
    super(`has version ${version}, but this program reads ${known}`);
    this.at = at;
    this.hint = hint;
  }
}
