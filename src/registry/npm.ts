import { absent, type Gathered, present, unavailable } from '../model/evidence.ts';
import { npmNameOf, type PackageVersion } from '../model/package.ts';
import type { Source } from '../source/source.ts';
import { at, field, isRecord, parseJson, textAt } from '../wire/json.ts';
import type { Addresses } from './addresses.ts';

const maxPackumentBytes = 50_000_000;
const maxTarballBytes = 64_000_000;

/** Where JSR's npm registry says the tarball of a version is, and its subresource integrity. Hearsay. */
export interface Dist {
  readonly url: string;
  readonly integrity: string;
}

/** The tarball a version has today; absent when the registry does not list the version, as with yanked ones (contract 3.1). */
export async function collectDist(
  about: PackageVersion,
  source: Source,
  { npmRegistry }: Addresses,
): Promise<Gathered<Dist>> {
  const url = `${npmRegistry}/${npmNameOf(about)}`;
  const answer = await source.ask({
    method: 'GET',
    url,
    maxBytes: maxPackumentBytes,
    lifetime: 'short',
    backend: 'npm',
    expect: 'json',
  });
  if (answer.state !== 'present') return answer;
  const parsed = parseJson(answer.value);
  if (!parsed.ok) return unavailable(url, `the npm registry's answer is ${parsed.why}`);
  const versions = at(parsed.value, 'versions');
  // Only a list that lacks the version says that there is none; whatever else is missing is an answer out of order.
  if (!isRecord(versions)) return unavailable(url, 'the npm registry lists no versions');
  const listed = field(versions, about.version);
  if (listed === undefined) return absent(url);
  const [tarball, integrity] = [textAt(listed, 'dist', 'tarball'), textAt(listed, 'dist', 'integrity')];
  if (tarball === undefined || integrity === undefined)
    return unavailable(url, 'the npm registry names no tarball');
  return present({ url: tarball, integrity }, url);
}

/** The bytes of a tarball; only the configured npm registry is ever asked, whatever a packument or a lockfile names. */
export async function collectTarball(
  url: string,
  source: Source,
  { npmRegistry }: Addresses,
): Promise<Gathered<Uint8Array>> {
  if (!isAtHome(url, npmRegistry))
    return unavailable(url, 'it is not on the npm registry that is configured');
  return source.ask({
    method: 'GET',
    url,
    maxBytes: maxTarballBytes,
    lifetime: 'immutable',
    backend: 'npm',
    expect: 'any',
  });
}

/** The revision of the tarball format in an address, `/~/11/…`; `undefined` where there is none. */
export function revisionIn(url: string): number | undefined {
  const digits = /\/~\/([0-9]{1,4})\//.exec(url)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function isAtHome(url: string, npmRegistry: string): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, username, password } = new URL(url);
  return origin === new URL(npmRegistry).origin && username === '' && password === '';
}
