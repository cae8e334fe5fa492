import { nameOf } from '../model/package.ts';
import type { PackageReport } from '../model/report.ts';
import { toTerminal } from '../report/words/escape.ts';
import { marks } from '../report/words/summary.ts';
import { type Environment, mayColor, widthOf } from './environment.ts';

/** Milliseconds between plain lines without a terminal, as in CI logs. */
const plainEvery = 5000;

/** Shows progress on standard error. */
export interface Progress {
  /** The current step, before packages are counted. */
  phase(text: string): void;
  /** Starts counting packages. */
  total(packages: number): void;
  done(report: PackageReport): void;
  /** Clears the live line; called before anything else is printed, and at the end. */
  stop(): void;
}

const silent: Progress = {
  phase: () => undefined,
  total: () => undefined,
  done: () => undefined,
  stop: () => undefined,
};

/** A live line on a terminal, a plain line every few seconds elsewhere, or nothing. */
export async function openProgress(
  { stderr, env, now }: Pick<Environment, 'stderr' | 'env' | 'now'>,
  { wanted, color }: { readonly wanted: boolean; readonly color: boolean },
  inFlight: () => number,
): Promise<Progress> {
  if (!wanted) return silent;
  const counter = new Counter(inFlight, () => now().getTime());
  // Pseudo-terminals of CI and of `script` often have a width of 0, which would break every line into infinitely
  // many.
  const isLive = stderr.isTTY === true && widthOf(stderr) !== undefined;
  if (!isLive || env['CI'] !== undefined || env['TERM'] === 'dumb') return plain(stderr, counter);
  const { default: ora } = await import('ora');
  const spinner = ora({
    // Where there is a terminal, it is the process's own.
    stream: withWidth(stderr as NodeJS.WriteStream),
    color: mayColor(stderr, color, { env }) ? 'cyan' : false,
    discardStdin: false,
    hideCursor: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const update = () => {
    spinner.text = toTerminal(counter.line(), Math.max(20, (widthOf(stderr) ?? 80) - 4));
  };
  return {
    phase: (text) => {
      counter.phase = text;
      spinner.start(toTerminal(text, 200));
    },
    total: (packages) => {
      counter.total = packages;
      update();
      timer ??= setInterval(update, 250).unref();
    },
    done: (report) => {
      counter.count(report);
      if (report.verdict.kind === 'rejected') spinner.clear();
      if (report.verdict.kind === 'rejected' && counter.total > 1) {
        stderr.write(`${marks.rejected} ${toTerminal(nameOf(report.package), 200)} rejected\n`);
      }
      update();
    },
    stop: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

// A terminal may lose its width while the program runs.
function withWidth(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return Object.create(stream, { columns: { get: () => widthOf(stream) ?? 80 } }) as NodeJS.WriteStream;
}

function plain(stderr: Environment['stderr'], counter: Counter): Progress {
  let timer: NodeJS.Timeout | undefined;
  return {
    phase: (text) => {
      counter.phase = text;
    },
    total: (packages) => {
      counter.total = packages;
      timer ??= setInterval(() => stderr.write(`${counter.line()}\n`), plainEvery).unref();
    },
    done: (report) => counter.count(report),
    stop: () => clearInterval(timer),
  };
}

class Counter {
  phase = '';
  total = 0;
  readonly #counts = new Map<string, number>();
  readonly #inFlight: () => number;
  readonly #now: () => number;
  readonly #started: number;
  #done = 0;

  constructor(inFlight: () => number, now: () => number) {
    this.#inFlight = inFlight;
    this.#now = now;
    this.#started = now();
  }

  count({ verdict }: PackageReport): void {
    this.#done += 1;
    this.#counts.set(verdict.kind, (this.#counts.get(verdict.kind) ?? 0) + 1);
  }

  line(): string {
    if (this.total === 0) return this.phase;
    if (this.total === 1) return `verifying, ${this.#inFlight()} requests in flight`;
    const counts = [...this.#counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
    const parts = [
      `${this.#done}/${this.total} packages`,
      counts,
      `${this.#inFlight()} requests in flight`,
      this.#left(),
    ];
    return parts.filter((part) => part !== '').join(' · ');
  }

  #left(): string {
    if (this.#done < 5 || this.#done >= this.total) return '';
    const perPackage = (this.#now() - this.#started) / this.#done;
    const seconds = Math.round((perPackage * (this.total - this.#done)) / 1000);
    return seconds < 90 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
  }
}
