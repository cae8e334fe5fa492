import { tmpdir } from 'node:os';
import { JsrVerifyError } from '../model/error.ts';
import { isLoopback } from '../model/loopback.ts';
import type { Addresses } from '../registry/addresses.ts';
import type { Proxies } from '../source/http/agent.ts';

/** Deno's permissions, by Deno's names; other hosts have none. */
export interface Permissions {
  querySync(wanted: Wanted): { readonly state: string };
}

type Wanted =
  | { readonly name: 'read' }
  | { readonly name: 'write'; readonly path: string }
  | { readonly name: 'net'; readonly host: string }
  | { readonly name: 'run'; readonly command: 'git' }
  | { readonly name: 'sys'; readonly kind: 'uid' };

/** The settings that determine which folders and hosts the work needs. */
interface Needs {
  readonly addresses: Addresses;
  readonly tufMirror: string;
  readonly trustedRootFile?: string;
  readonly cacheDir?: string;
  readonly offline: boolean;
  readonly proxies: Proxies;
}

/** Deno's permissions if the host is Deno. */
export function hostPermissions(): Permissions | undefined {
  return (globalThis as { Deno?: { permissions?: Permissions } }).Deno?.permissions;
}

/**
 * Refuses to start without a required permission: an unreadable file would look like a missing one.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID` with the missing flags
 */
export function refuseMissing(permissions: Permissions | undefined, settings: Needs): void {
  if (permissions === undefined) return;
  const lacks = (wanted: Wanted) => permissions.querySync(wanted).state !== 'granted';
  const flags: string[] = [];
  // All reads: lockfiles, policy files in parent folders, caches of package managers, links, the program's own
  // compiler.
  if (lacks({ name: 'read' })) flags.push('--allow-read');
  const { cacheDir, trustedRootFile } = settings;
  // The TUF client works in a temporary folder.
  const folders = [
    ...(cacheDir === undefined ? [] : [cacheDir]),
    ...(trustedRootFile === undefined ? [tmpdir()] : []),
  ];
  const closed = folders.filter((path) => lacks({ name: 'write', path }));
  if (closed.length > 0) flags.push(`--allow-write=${closed.join(',')}`);
  const hosts = hostsOf(settings).filter((host) => lacks({ name: 'net', host }));
  if (hosts.length > 0) flags.push(`--allow-net=${hosts.map((host) => host.replace(/:443$/, '')).join(',')}`);
  // The cache's library calls `fs.access`, for which Deno needs the user id; without permission Deno ends the
  // process.
  if (lacks({ name: 'sys', kind: 'uid' })) flags.push('--allow-sys=homedir,uid');
  if (flags.length > 0) throw missing('Deno does not allow what this needs', flags);
}

/** Converts an error about a missing Deno permission to an error about the request; `undefined` for other errors. */
export function toMissing(error: unknown): JsrVerifyError | undefined {
  if (!(error instanceof Error) || error.name !== 'NotCapable') return undefined;
  const [, what = '', flag] =
    /^Requires (.*?), run again with the (--allow-[a-z]+) flag/s.exec(error.message) ?? [];
  return flag === undefined
    ? new JsrVerifyError('OPTIONS_INVALID', `Deno refused: ${error.message}`, { cause: error })
    : missing(`Deno refused ${what}`, [flag]);
}

function missing(what: string, flags: readonly string[]): JsrVerifyError {
  return new JsrVerifyError('OPTIONS_INVALID', what, { hint: `add to deno run: ${flags.join(' ')}` });
}

/** The hosts to connect to; a proxy replaces all hosts that are not this machine. */
function hostsOf({ offline, proxies, addresses, tufMirror, trustedRootFile }: Needs): readonly string[] {
  if (offline) return [];
  const { registry, api, npmRegistry, rekor } = addresses;
  const asked = [registry, api, npmRegistry, rekor, ...(trustedRootFile === undefined ? [tufMirror] : [])];
  return [
    ...new Set(
      asked.map((address) => {
        const { protocol, hostname } = new URL(address);
        const proxy = protocol === 'https:' ? proxies.https : proxies.http;
        return hostOf(proxy === undefined || isLoopback(hostname) ? address : proxy);
      }),
    ),
  ];
}

function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}
