import { inFolder } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import { type Addresses, publicAddresses } from '../registry/addresses.ts';
import { publicTufMirror } from '../sigstore/public-mirror.ts';
import { refusal } from '../source/address.ts';
import type { Proxies } from '../source/http/agent.ts';
import type { Environment } from './environment.ts';
import type { SourceFlags } from './options.ts';
import { refuseMissing } from './permissions.ts';

/** The resolved settings for evidence and trust: flag, then environment, then default. */
export interface Settings {
  readonly addresses: Addresses;
  readonly tufMirror: string;
  readonly tufRootFile?: string;
  readonly trustedRootFile?: string;
  /** `undefined` saves nothing between runs. */
  readonly cacheDir?: string;
  readonly offline: boolean;
  readonly packFile?: string;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Proxies from the environment; empty if there are none. */
  readonly proxies: Proxies;
}

/** @throws {JsrVerifyError} `OPTIONS_INVALID` */
export async function readSettings(
  flags: SourceFlags,
  { env, cwd, permissions }: Pick<Environment, 'env' | 'cwd' | 'permissions'>,
): Promise<Settings> {
  const checked = (text: string, place: string): string => {
    const problem = refusal(text);
    if (problem !== undefined) {
      throw new JsrVerifyError('OPTIONS_INVALID', `${place} ${JSON.stringify(text)}: ${problem}`, {
        hint: 'write an https: URL, such as https://jsr.io',
      });
    }
    return text.replace(/\/+$/, '');
  };
  const url = (flag: string, given: string | undefined, variable: string, fallback: string): string =>
    checked(given ?? nonEmpty(env[variable]) ?? fallback, given === undefined ? variable : `--${flag}`);
  const [npmRegistry = publicAddresses.npmRegistry, ...otherNpmRegistries] = (
    flags['npm-registry'] ?? (env['JSR_NPM_URL'] ?? '').split(/\s+/).filter((text) => text !== '')
  ).map((text) => checked(text, flags['npm-registry'] === undefined ? 'JSR_NPM_URL' : '--npm-registry'));
  const file = (given: string | undefined, variable: string): string | undefined => {
    const path = given ?? nonEmpty(env[variable]);
    return path === undefined ? undefined : inFolder(cwd, path);
  };
  const registry = url('registry', flags.registry, 'JSR_URL', publicAddresses.registry);
  const defaultApi = registry === publicAddresses.registry ? publicAddresses.api : `${registry}/api`;
  const tufRootFile = file(flags['tuf-root'], 'TUF_ROOT');
  const trustedRootFile = file(flags['trusted-root'], 'SIGSTORE_TRUSTED_ROOT');
  const cacheDir = flags.cache
    ? (file(flags['cache-dir'], 'JSR_VERIFY_CACHE') ?? (await platformCache()))
    : undefined;
  const offline = flags.offline || flags.pack !== undefined;
  const settings: Settings = {
    addresses: {
      registry,
      api: url('api', flags.api, 'JSR_API_URL', defaultApi),
      npmRegistry,
      ...(otherNpmRegistries.length > 0 && { otherNpmRegistries }),
      rekor: url('rekor', flags.rekor, 'REKOR_URL', publicAddresses.rekor),
    },
    tufMirror: url('tuf-mirror', flags['tuf-mirror'], 'TUF_MIRROR', publicTufMirror),
    ...(tufRootFile !== undefined && { tufRootFile }),
    ...(trustedRootFile !== undefined && { trustedRootFile }),
    ...(cacheDir !== undefined && { cacheDir }),
    offline,
    ...(flags.pack !== undefined && { packFile: inFolder(cwd, flags.pack) }),
    concurrency: wholeNumber('concurrency', flags.concurrency, 16, 256),
    timeoutMs: wholeNumber('timeout', flags.timeout, 30, 3600) * 1000,
    proxies: {
      http: offline ? undefined : proxy(env, 'http_proxy'),
      https: offline ? undefined : proxy(env, 'https_proxy'),
      no: nonEmpty(env['no_proxy'] ?? env['NO_PROXY']),
    },
  };
  refuseMissing(permissions, settings);
  return settings;
}

/** The settings for the trusted root. */
export function trustOptions({ tufMirror, tufRootFile, trustedRootFile }: Settings) {
  return {
    mirror: tufMirror,
    ...(tufRootFile !== undefined && { tufRootFile }),
    ...(trustedRootFile !== undefined && { trustedRootFile }),
  };
}

function wholeNumber(flag: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const number = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= most) return number;
  throw new JsrVerifyError(
    'OPTIONS_INVALID',
    `--${flag} ${JSON.stringify(text)} is not a whole number from 1 to ${most}`,
  );
}

/**
 * The proxy in a variable, in upper or lower case. Error messages do not contain the value, which may have a
 * password.
 */
function proxy(env: Environment['env'], variable: string): string | undefined {
  const name = env[variable] === undefined ? variable.toUpperCase() : variable;
  const text = nonEmpty(env[name]);
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^(?:https?|socks5?):$/.test(new URL(text).protocol)) return text;
  throw new JsrVerifyError('OPTIONS_INVALID', `${name} is not the address of a proxy`, {
    hint: 'write it with its scheme, such as http://proxy.example:3128',
  });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

async function platformCache(): Promise<string> {
  const { default: envPaths } = await import('env-paths');
  return envPaths('jsr-verify', { suffix: '' }).cache;
}
