import type { JsrVerifyError } from '../model/error.ts';
import { toTerminal } from '../report/words/escape.ts';

/** Messages for people; they go to standard error, never to the report. */
export interface Voice {
  warning(text: string, hint?: string): void;
  error(text: string, hint?: string): void;
  /** A notice; suppressed by `--quiet`. */
  note(text: string): void;
}

/** Prints messages on a stream: the fact first, the hint on the next line. */
export function voiceOn(stream: { write(text: string): unknown }, quiet: boolean): Voice {
  const say = (kind: string, text: string, hint?: string): void => {
    // Several facts in one message are on separate lines.
    const [first = '', ...more] = text.split('\n', 100);
    stream.write(`${kind}: ${toTerminal(first, 2000)}\n`);
    for (const line of more) stream.write(`  ${toTerminal(line, 2000)}\n`);
    if (hint !== undefined) stream.write(`  hint: ${toTerminal(hint, 2000)}\n`);
  };
  return {
    warning: (text, hint) => say('warning', text, hint),
    error: (text, hint) => say('error', text, hint),
    note: (text) => {
      if (!quiet) stream.write(`${toTerminal(text, 2000)}\n`);
    },
  };
}

/** Prints an error about the request. */
export function sayError(voice: Voice, error: JsrVerifyError): void {
  voice.error(error.message, error.hint);
}
