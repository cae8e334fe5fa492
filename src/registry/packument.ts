import { at, field, isRecord, type Parsed, parseJson, textAt } from '../wire/json.ts';

/** Where JSR's npm registry says the tarball of a version is, and its subresource integrity. A claim, never proof. */
export interface Dist {
  readonly url: string;
  readonly integrity: string;
}

/** The tarball of a version in the npm registry's answer about a package; `undefined` where the answer does not list the version. */
export function parsePackument(bytes: Uint8Array, version: string): Parsed<Dist | undefined> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the npm registry's answer is ${parsed.why}` };
  const versions = at(parsed.value, 'versions');
  // Only a list without the version says that there is none; anything else that is missing is a malformed answer.
  if (!isRecord(versions)) return { ok: false, why: 'the npm registry lists no versions' };
  const listed = field(versions, version);
  if (listed === undefined) return { ok: true, value: undefined };
  const [url, integrity] = [textAt(listed, 'dist', 'tarball'), textAt(listed, 'dist', 'integrity')];
  if (url === undefined || integrity === undefined)
    return { ok: false, why: 'the npm registry names no tarball' };
  return { ok: true, value: { url, integrity } };
}

/** The revision of the tarball format in an address, `/~/11/…`; `undefined` where there is none. */
export function revisionIn(url: string): number | undefined {
  const digits = /\/~\/([0-9]{1,4})\//.exec(url)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
