import pMap from 'p-map';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/program.ts';
import type { WorldRequest } from '../support/http.ts';
import { mintWorld } from '../support/jsr.ts';
import { fillWith, type Service } from './services.ts';
import { openWay, type Way } from './stormy.ts';
import { crash, expectCalm, fateOf, type Told, toldBy } from './told.ts';
import type { Fault } from './weather.ts';

// Faults on the wire: every fault meets every answer that an audit needs. One run per fault fails one package per
// service, all of them in the same way; a package that nothing is wrong with stands beside them. What each row
// promises besides its verdict: no address is asked more often than the fault says, no answer is read further than its
// limit, and the run ends in time.

const world = mintWorld();
const { healthy, services } = fillWith(world);
const everything = [...services.map(({ spec }) => spec), healthy.spec];

/** Seconds that a run may take on a busy machine; alone it takes one or two, and four more where a timeout ends it. */
const patience = 60;

interface Played extends Told {
  readonly hits: Way['hits'];
  readonly seconds: number;
}

/** Runs the program once on a way of its own with the fault on it. */
async function play(
  { act, timeout }: Fault,
  at: (request: WorldRequest) => boolean,
  argv: readonly string[],
  /** For trust from TUF: whether it was there two days ago. */
  tuf?: 'known' | 'unknown',
): Promise<Played> {
  const way = await openWay(world, at);
  try {
    const env = way.env(tuf === undefined ? 'file' : 'tuf');
    const options = { cwd: way.folder, env };
    if (tuf === 'known') await run([healthy.spec], options);
    way.set(act);
    const started = performance.now();
    const now = new Date(Date.now() + (tuf === 'known' ? 2 * 24 * 3_600_000 : 0));
    const flags = timeout === undefined ? [] : ['--timeout', String(timeout)];
    const ended = await run([...argv, ...flags, '--format', 'json', '--no-progress'], { ...options, now });
    return { ...toldBy(ended), hits: way.hits, seconds: (performance.now() - started) / 1000 };
  } finally {
    await way.close();
  }
}

interface Plays {
  readonly packages: Played;
  /** Only answers that another service can make up for: that one must not be silent in the same run. */
  readonly rescued: Played;
  readonly together: Played;
  readonly head: Played;
  readonly firstTrust: Played;
  readonly knownTrust: Played;
}

const isAnyOf =
  (some: readonly Service[]) =>
  (request: WorldRequest): boolean =>
    some.some(({ at }) => at(request));
const rescuable = services.filter(({ lasting }) => lasting === 'verified');
const isTogether = ({ role, path }: WorldRequest) =>
  role === 'rekor' && path === '/api/v1/log/entries/retrieve';
const isHead = ({ role, path }: WorldRequest) =>
  role === 'rekor' && /^\/api\/v1\/log(?:\/proof\?.*)?$/.test(path);
const isTrust = ({ role, path }: WorldRequest) => role === 'tuf' && path === '/timestamp.json';
const two = [healthy.spec, '@acme/list@1.0.0'];

const fateUnder = ({ kind, silent }: Fault, service: Service) => {
  if (kind === 'passing') return 'verified';
  if (kind === 'no') return service.no;
  return silent === true ? (service.silent ?? service.lasting) : service.lasting;
};

const inWords = (fault: Fault, service: Service): string => {
  const fate = fateUnder(fault, service);
  return fault.kind === 'passing' ? 'is waited out' : fate === 'verified' ? 'costs nothing' : `is ${fate}`;
};

/** Lets every one of these faults meet every answer that an audit needs. */
export function describeFaults(faults: readonly Fault[]): void {
  const plays = new Map<Fault, Plays>();

  beforeAll(async () => {
    const wrong: unknown[] = [];
    const playAll = async (fault: Fault): Promise<void> => {
      const [packages, rescued, together, head, firstTrust, knownTrust] = await Promise.all([
        play(fault, isAnyOf(services), [...everything, '--depth', 'tarball']),
        play(fault, isAnyOf(rescuable), [...rescuable.map(({ spec }) => spec), '--depth', 'tarball']),
        play(fault, isTogether, two),
        play(fault, isHead, two),
        play(fault, isTrust, two, 'unknown'),
        play(fault, isTrust, two, 'known'),
      ]);
      plays.set(fault, { packages, rescued, together, head, firstTrust, knownTrust });
    };
    // Those that have to be waited for come first.
    const inOrder = faults.toSorted((a, b) => (b.timeout ?? 0) - (a.timeout ?? 0));
    await pMap(inOrder, (fault) => playAll(fault).catch((error: unknown) => void wrong.push(error)), {
      concurrency: 8,
    });
    expect(wrong).toEqual([]);
  }, 300_000);

  const playsOf = (fault: Fault): Plays => {
    const found = plays.get(fault);
    if (found === undefined) throw new Error(`${fault.name} was not played`);
    return found;
  };

  describe.each(faults.map((fault) => [fault.name, fault] as const))('%s', (_, fault) => {
    const most = fault.tries;

    it.each(services.map((service) => [service.name, inWords(fault, service), service] as const))(
      'in place of %s %s',
      (_name, _fate, service) => {
        const { packages, rescued } = playsOf(fault);
        const played = rescuable.includes(service) ? rescued : packages;
        expect(fateOf(played, service.spec)).toBe(fateUnder(fault, service));
      },
    );

    it('hides nothing of the package beside them, and the exit code is that of the worst', () => {
      const { packages } = playsOf(fault);
      expectCalm(packages, { unresolved: fault.kind === 'no' });
      expect(fateOf(packages, healthy.spec)).toBe('verified');
      const fates = services.map((service) => fateUnder(fault, service));
      const code = fates.includes('rejected') ? 1 : fates.includes('inconclusive') ? 3 : 0;
      expect([packages.code, packages.report?.packages.length]).toEqual([
        code,
        everything.length - (fates.includes('unresolved') ? 1 : 0),
      ]);
    });

    it(`asks no address more than ${most} ${most === 1 ? 'time' : 'times'}, reads none beyond its limit, and ends in time`, () => {
      const { hits, seconds } = playsOf(fault).packages;
      expect(hits.length).toBeGreaterThanOrEqual(services.length);
      // "There is none" is asked for once more, past every cache.
      const times = most + (fault.kind === 'no' ? 1 : 0);
      expect(hits.filter((hit) => hit.times > times)).toEqual([]);
      const limitOf = (request: WorldRequest) => services.find(({ at }) => at(request))?.bytes ?? 0;
      if (fault.tooLong === true)
        expect(hits.filter(({ request, bytes }) => bytes > limitOf(request))).toEqual([]);
      expect(seconds).toBeLessThan(patience);
    });

    const rescued = fault.kind !== 'lasting' || fault.tooLong === true;
    it(`in place of several entries of the log at once ${rescued ? 'costs nothing' : 'is inconclusive for each of them'}`, () => {
      const { together } = playsOf(fault);
      expectCalm(together);
      // Where the log has no such end point, or has too much to say, each entry is asked for alone.
      // On a machine that is very busy they may miss each other, and then each is asked for alone as well.
      const spared = rescued || together.hits.length === 0;
      const fate = spared ? 'verified' : 'inconclusive';
      expect([together.code, ...two.map((spec) => fateOf(together, spec))]).toEqual([
        spared ? 0 : 3,
        fate,
        fate,
      ]);
    });

    it('in place of what the log shows of itself takes nothing from the packages: their own checkpoints are followed', () => {
      const { head } = playsOf(fault);
      expectCalm(head);
      expect([head.code, ...two.map((spec) => fateOf(head, spec))]).toEqual([0, 'verified', 'verified']);
      expect(head.report?.log.kind).toBe('first-seen');
    });

    const trust = fault.kind === 'passing' ? 'is waited out' : 'leaves nothing to verify with: inconclusive';
    it(`in place of trust ${trust}`, () => {
      const { firstTrust } = playsOf(fault);
      expect(firstTrust.stderr).not.toMatch(crash);
      expect(firstTrust.seconds).toBeLessThan(patience);
      if (fault.kind === 'passing') {
        expect([firstTrust.code, firstTrust.stderr, firstTrust.report?.trust.source]).toEqual([0, '', 'tuf']);
        return;
      }
      expect([firstTrust.code, firstTrust.stdout]).toEqual([3, '']);
      expect(firstTrust.stderr).toMatch(
        fault.attackOnTuf === true
          ? /^error: the TUF repository .* does not verify: /
          : /^error: the TUF mirror .* did not answer /,
      );
    });

    const stepped = fault.attackOnTuf === true ? 'is never stepped over' : 'is stepped over, aloud';
    it(`in place of trust that is known from two days ago ${fault.kind === 'passing' ? 'is waited out' : stepped}`, () => {
      const { knownTrust } = playsOf(fault);
      if (fault.kind !== 'passing' && fault.attackOnTuf === true) {
        expect([knownTrust.code, knownTrust.stdout]).toEqual([3, '']);
        return;
      }
      expect([knownTrust.code, ...two.map((spec) => fateOf(knownTrust, spec))]).toEqual([
        0,
        'verified',
        'verified',
      ]);
      const from = fault.kind === 'passing' ? 'tuf' : 'cache';
      expect([knownTrust.report?.trust.source, knownTrust.report?.trust.warnings.length]).toEqual([
        from,
        from === 'tuf' ? 0 : 1,
      ]);
    });
  });
}
