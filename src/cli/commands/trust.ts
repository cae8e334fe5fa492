import { inFolder } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { openTrust } from '../../open/trust.ts';
import { toTerminal } from '../../report/words/escape.ts';
import type { Trust } from '../../sigstore/trust.ts';
import {
  type DescribedAuthority,
  type DescribedLog,
  describeTrust,
  type TrustDescription,
  type Validity,
} from '../../sigstore/trust-describe.ts';
import { logKeys } from '../../sigstore/trust-logs.ts';
import { readBytesFile } from '../../source/disk.ts';
import { checkFork, maxForkBytes, parseForkFile } from '../../tlog/fork.ts';
import type { Environment } from '../environment.ts';
import { exit } from '../exit.ts';
import type { OutputFlags, SourceFlags } from '../options.ts';
import { voiceOn } from '../say.ts';
import { readSettings, trustOptions } from '../settings.ts';

export type TrustFlags = SourceFlags &
  Pick<OutputFlags, 'quiet'> & { readonly strict: boolean; readonly json: boolean };

/** `jsr-verify trust [status | update | check-fork <file>]`: where trust comes from, and what it says of a log that forked. */
export async function trustCommand(
  action: string,
  file: string | undefined,
  flags: TrustFlags,
  environment: Environment,
): Promise<number> {
  const settings = await readSettings(flags, environment);
  const voice = voiceOn(environment.stderr, flags.quiet);
  const load = (offline: boolean, forceRefresh: boolean): Promise<Trust> =>
    openTrust({
      ...trustOptions(settings),
      cacheDir: settings.cacheDir,
      offline: offline || settings.offline,
      proxies: settings.proxies,
      now: environment.now(),
      signal: environment.signal,
      strict: flags.strict,
      forceRefresh,
      onProgress: (text) => voice.note(text),
    });
  switch (action) {
    case 'status':
      return tell(await load(true, false), flags, environment);
    case 'update':
      return tell(await load(false, true), flags, environment);
    case 'check-fork':
      return checkForkFile(file, await load(true, false), environment);
    default:
      throw new JsrVerifyError('OPTIONS_INVALID', `unknown action ${JSON.stringify(action)}`, {
        hint: 'try trust status, trust update or trust check-fork <file>',
      });
  }
}

function tell(trust: Trust, { json }: TrustFlags, { stdout, stderr, now }: Environment): number {
  const described = describeTrust(trust);
  stdout.write(
    json ? `${JSON.stringify(described, null, 2)}\n` : `${inWords(described, now()).join('\n')}\n`,
  );
  for (const warning of trust.status.warnings) voiceOn(stderr, false).warning(warning);
  return exit.ok;
}

async function checkForkFile(
  file: string | undefined,
  trust: Trust,
  { cwd, stdout }: Environment,
): Promise<number> {
  if (file === undefined)
    throw new JsrVerifyError('OPTIONS_INVALID', 'no file was named', {
      hint: 'try jsr-verify trust check-fork fork.json',
    });
  const parsed = parseForkFile(
    await readBytesFile(inFolder(cwd, file), {
      code: 'OPTIONS_INVALID',
      maxBytes: maxForkBytes,
      shown: file,
    }),
  );
  if (!parsed.ok)
    throw new JsrVerifyError('OPTIONS_INVALID', `${file} is ${parsed.why}`, {
      hint: 'an audit that finds a fork writes this file',
    });
  const { kind, why } = checkFork(parsed.value, logKeys(trust));
  const mark = { contradiction: '✗', unproven: '?', consistent: '✓', invalid: '–' }[kind];
  stdout.write(`${mark} ${kind}: ${toTerminal(why)}\n`);
  return {
    contradiction: exit.rejected,
    unproven: exit.inconclusive,
    consistent: exit.ok,
    invalid: exit.request,
  }[kind];
}

const sources = {
  tuf: 'TUF',
  cache: 'TUF, from the cache',
  embedded: 'built into the program',
  file: 'a file',
} as const;

function inWords(
  { status, certificateAuthorities, transparencyLogs, ctLogs, timestampAuthorities }: TrustDescription,
  now: Date,
): readonly string[] {
  const versions = Object.entries(status.versions ?? {}).map(([role, version]) => `${role} ${version}`);
  return [
    ...row('trusted root', sources[status.source]),
    ...row('from', status.from),
    ...row('sha256', status.digest),
    ...(versions.length > 0 ? row('versions', versions.join(', ')) : []),
    ...(status.refreshedAt
      ? row('confirmed', `${day(status.refreshedAt)} (${age(status.refreshedAt, now)})`)
      : []),
    ...(status.expiresAt
      ? row('expires', `${day(status.expiresAt)}${status.expiresAt < now ? ' (expired)' : ''}`)
      : []),
    '',
    ...section('certificate authorities', certificateAuthorities, authority),
    ...section('transparency logs', transparencyLogs, log),
    ...section('certificate transparency logs', ctLogs, log),
    ...section('timestamp authorities', timestampAuthorities, authority),
  ];
}

function section<T extends Validity>(
  title: string,
  items: readonly T[],
  say: (item: T) => string,
): readonly string[] {
  if (items.length === 0) return [];
  return [title, ...items.map((item) => `  ${toTerminal(say(item))}\n    valid ${period(item)}`), ''];
}

function authority({ url, subject, fingerprints }: DescribedAuthority): string {
  return `${subject === '' ? url : subject} (${url}), sha256 ${fingerprints[0]?.slice(0, 16) ?? ''}…`;
}

function log({ url, logId, key }: DescribedLog): string {
  return `${url}, id ${logId.slice(0, 16)}…, ${key}`;
}

function period({ validFrom, validUntil }: Validity): string {
  return `from ${validFrom ? day(validFrom) : 'the beginning'} ${validUntil ? `until ${day(validUntil)}` : 'without end'}`;
}

function row(name: string, text: string): readonly string[] {
  return [`${name.padEnd(14)}${toTerminal(text)}`];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function age(date: Date, now: Date): string {
  const hours = Math.floor((now.getTime() - date.getTime()) / 3_600_000);
  if (hours < 1) return 'within the hour';
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
