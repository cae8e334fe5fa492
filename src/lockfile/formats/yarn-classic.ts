import { UnknownVersion } from '../format.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { isJsrScoped, namesJsrScope, splitAt } from '../parts/name.ts';
import { mismatchReason, otherThan, requestedFromJsr } from '../parts/request.ts';
import { readSyml, type YarnBlock } from '../text/syml.ts';
import { entriesOf, get, TreeError, textAt, textOf } from '../text/value.ts';
import { resolutions } from './yarn-berry.ts';

const local = /^(?:(?:file|link|portal|workspace):|[.~]*\/)/;
/** Reads a `yarn.lock` of Yarn 1. Throws as `LockfileFormat.read` does. */
export function readYarnClassic(text: string, into: Collector): void {
  const version = /^# yarn lockfile v(\d{1,9})/m.exec(text);
  if (version !== null && version[1] !== '1')
    throw new UnknownVersion(version[1] ?? '', 'version 1', version.index);
  const blocks = readSyml(text);
  refuseTruncatedEnd(blocks.at(-1));
  const byDescriptor = new Map<string, YarnBlock>();
  const names = new Map<string, Set<string>>();
  for (const block of blocks) {
    for (const descriptor of block.descriptors) {
      if (byDescriptor.has(descriptor)) {
        throw new TreeError('has a duplicate entry', block.at, 'different parsers could read it differently');
      }
      byDescriptor.set(descriptor, block);
      const name = splitAt(descriptor)[0];
      const known = names.get(name);
      if (known === undefined) names.set(name, new Set([realName(descriptor)]));
      else known.add(realName(descriptor));
    }
  }
  const dependents = new Dependents();
  for (const block of blocks) relate(block, byDescriptor, names, dependents, into);
  for (const block of blocks) mention(block, dependents, into);
}

// Yarn writes an address for every entry that is not a folder.
function refuseTruncatedEnd(last: YarnBlock | undefined): void {
  if (last === undefined || textAt(last.body, 'resolved') !== undefined) return;
  if (last.descriptors.some((descriptor) => /@(?:file|link|workspace):/.test(descriptor))) return;
  throw new TreeError(
    'ends with an entry that has no address',
    last.at,
    'the file may be cut short; restore it',
  );
}

function relate(
  { head, at, body }: YarnBlock,
  byDescriptor: ReadonlyMap<string, YarnBlock>,
  names: ReadonlyMap<string, ReadonlySet<string>>,
  dependents: Dependents,
  into: Collector,
): void {
  for (const section of ['dependencies', 'optionalDependencies']) {
    for (const { key, value } of entriesOf(get(body, section))) {
      const range = textOf(value) ?? '';
      const found = byDescriptor.get(`${key}@${range}`);
      if (found !== undefined) {
        dependents.add(found.head, head);
        continue;
      }
      const asks = requestedFromJsr(key, range);
      if (asks === undefined) continue;
      const known = names.get(key);
      const entry = `${key}@${range}`;
      if (known === undefined)
        into.unreadable(at, entry, `a dependency of ${head} that is not in the lockfile`);
      // With `resolutions`, an entry can have another range than its dependents ask for, or be another package.
      const as = otherThan(asks, known ?? []);
      if (as !== undefined)
        into.request({ at, entry, asks, resolvesTo: undefined, as, override: resolutions });
    }
  }
}

function mention({ head, at, descriptors, body }: YarnBlock, dependents: Dependents, into: Collector) {
  if (body === undefined) return into.unreadable(at, head, 'its entry is malformed');
  const names = new Set(descriptors.map(realName));
  const [name = ''] = names;
  if (names.size > 1 && [...names].some(isJsrScoped)) {
    return into.unreadable(at, head, 'it is for several packages');
  }
  const asks = descriptors
    .map((descriptor) => asked(descriptor))
    .find((one) => one !== undefined && one !== name);
  if (asks !== undefined) return into.unreadable(at, head, mismatchReason(asks, name));
  const resolved = textAt(body, 'resolved');
  const integrity = textAt(body, 'integrity');
  if (resolved === undefined && isJsrScoped(name)) return into.unreadable(at, head, 'it has no address');
  // Yarn installs the folder in the descriptor and ignores an address beside it.
  const isLocal = descriptors.some((one) => local.test(splitAt(one)[1] ?? ''));
  if (isLocal && (isJsrScoped(name) || namesJsrScope(resolved ?? '')))
    return into.unreadable(at, head, 'it comes from a folder, not from JSR');
  into.npm({
    at,
    entry: head,
    name,
    version: textAt(body, 'version'),
    // The SHA-1 follows after `#`.
    address: resolved,
    integrity,
    unpinned:
      integrity === undefined && resolved?.includes('#')
        ? { why: 'the lockfile has only a SHA-1' }
        : undefined,
    installedAs: splitAt(descriptors[0] ?? '')[0],
    names: descriptors.map((one) => splitAt(one)[0]),
    dependents: dependents.of(head),
  });
}

/** The package of `alias@npm:name@range`, `name@jsr:range` or `name@range`. */
function realName(descriptor: string): string {
  const [name, range = ''] = splitAt(descriptor);
  if (range.startsWith('npm:')) return splitAt(range.slice('npm:'.length))[0];
  return asked(descriptor) ?? name;
}

function asked(descriptor: string): string | undefined {
  const [name, range = ''] = splitAt(descriptor);
  return requestedFromJsr(name, range);
}
