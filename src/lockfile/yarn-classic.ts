import type { Collector } from './collector.ts';
import { Dependents } from './dependents.ts';
import { UnknownVersion } from './format.ts';
import { isJsrScoped, splitAt } from './name.ts';
import { readSyml, type YarnBlock } from './syml.ts';
import { entriesOf, get, TreeError, textAt, textOf } from './tree.ts';

/** Reads a `yarn.lock` of Yarn 1. Throws as `LockfileFormat.read` does. */
export function readClassic(text: string, into: Collector): void {
  const version = /^# yarn lockfile v(\d{1,9})/m.exec(text);
  if (version !== null && version[1] !== '1')
    throw new UnknownVersion(version[1] ?? '', 'version 1', version.index);
  const blocks = readSyml(text);
  refuseTornEnd(blocks.at(-1));
  const byDescriptor = new Map<string, YarnBlock>();
  const names = new Set<string>();
  for (const block of blocks) {
    for (const descriptor of block.descriptors) {
      if (byDescriptor.has(descriptor)) {
        throw new TreeError(
          'has an entry that stands twice',
          block.at,
          'two readers could see two different lockfiles',
        );
      }
      byDescriptor.set(descriptor, block);
      names.add(splitAt(descriptor)[0]);
    }
  }
  const dependents = new Dependents();
  for (const block of blocks) relate(block, byDescriptor, names, dependents, into);
  for (const block of blocks) mention(block, dependents, into);
}

// Yarn writes an address for whatever does not lie in a folder.
function refuseTornEnd(last: YarnBlock | undefined): void {
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
  names: ReadonlySet<string>,
  dependents: Dependents,
  into: Collector,
): void {
  for (const section of ['dependencies', 'optionalDependencies']) {
    for (const { key, value } of entriesOf(get(body, section))) {
      const range = textOf(value) ?? '';
      const found = byDescriptor.get(`${key}@${range}`);
      if (found !== undefined) dependents.add(found.head, head);
      // With `resolutions`, an entry can have another range than its dependents ask for.
      else if ((isJsrScoped(key) || range.startsWith('npm:@jsr/')) && !names.has(key)) {
        into.unreadable(at, `${key}@${range}`, `a dependency of ${head} that is not in the lockfile`);
      }
    }
  }
}

function mention({ head, at, descriptors, body }: YarnBlock, dependents: Dependents, into: Collector) {
  if (body === undefined) return into.unreadable(at, head, 'it is not written as Yarn writes its entries');
  const names = new Set(descriptors.map(realName));
  const [name = ''] = names;
  if (names.size > 1 && [...names].some(isJsrScoped)) {
    return into.unreadable(at, head, 'it stands for several packages');
  }
  const resolved = textAt(body, 'resolved');
  const integrity = textAt(body, 'integrity');
  if (resolved === undefined && isJsrScoped(name)) return into.unreadable(at, head, 'it has no address');
  into.npm({
    at,
    entry: head,
    name,
    version: textAt(body, 'version'),
    // The SHA-1 follows after `#`.
    address: resolved,
    integrity,
    unpinned:
      integrity === undefined && resolved?.includes('#') ? 'the lockfile holds a SHA-1 only' : undefined,
    installedAs: splitAt(descriptors[0] ?? '')[0],
    dependents: dependents.of(head),
  });
}

/** The package behind `alias@npm:name@range` or `name@range`. */
function realName(descriptor: string): string {
  const [name, range] = splitAt(descriptor);
  return range?.startsWith('npm:') === true ? splitAt(range.slice('npm:'.length))[0] : name;
}
