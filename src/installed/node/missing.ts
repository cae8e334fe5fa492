import { join } from 'node:path';
import { npmNameOf, type PackageVersion } from '../../model/package.ts';
import type { Occurrence, Runtime } from '../../model/target.ts';
import { at, isRecord, parseJson, textAt } from '../../wire/json.ts';
import type { InstalledDisk } from '../disk.ts';
import type { InstalledLockfile } from './names.ts';
import type { Locations } from './search.ts';

/** A lockfile that was installed from, so its packages should exist. */
export interface Installation {
  /** Its name as in the occurrences of targets. */
  readonly file: string;
  readonly runtime: Runtime;
  /** The packages that the clients skipped, as recorded in `node_modules`. */
  readonly records: readonly ClientRecord[];
}

/** Whether a client skipped a package that is a development or optional dependency. */
type ClientRecord = (about: PackageVersion, occurrence: Occurrence) => boolean;

const maxRecord = 50 * 1024 * 1024;

/** The lockfiles that were installed from: they have packages in a `node_modules` or in Yarn's table; by file. */
export async function installationsOf(
  disk: InstalledDisk,
  lockfiles: readonly InstalledLockfile[],
  { importers, pnp }: Locations,
): Promise<ReadonlyMap<string, Installation>> {
  const installations = new Map<string, Installation>();
  for (const { file, format, runtime, folder: named } of lockfiles) {
    const folder = await disk.real(named);
    if (folder === undefined) continue;
    const isBelow = (path: string) => path === folder || path.startsWith(join(folder, '/'));
    const filled: string[] = [];
    for (const { folder: importer, modules, standing } of importers) {
      if (standing === 'project' && isBelow(importer) && (await isFilled(disk, modules, runtime)))
        filled.push(modules);
    }
    if (filled.length === 0 && !(format === 'yarn' && pnp.some(isBelow))) continue;
    const records = await Promise.all(filled.map((modules) => readRecord(disk, modules, format)));
    installations.set(file, { file, runtime, records: records.filter((one) => one !== undefined) });
  }
  return installations;
}

/**
 * The reason why a package was expected on the disk: a lockfile has it from an npm registry, and its client has installed.
 * `undefined` when no lockfile says so, or when the client has recorded that it skipped the package.
 *
 * The record is part of the checked files and not trusted: it counts only for packages that the lockfile allows to be
 * skipped, and only when no folder has one of the package's names.
 */
export function whyExpected(
  about: PackageVersion,
  occurrences: readonly Occurrence[],
  installations: ReadonlyMap<string, Installation>,
): string | undefined {
  for (const occurrence of occurrences) {
    const installation = installations.get(occurrence.at.file);
    if (installation === undefined || !isFromNpm(occurrence, installation)) continue;
    if (installation.records.some((isLeftOut) => isLeftOut(about, occurrence))) continue;
    return `${installation.file} locks it and other packages are installed, but it was not found: reinstall, or find out what replaced it`;
  }
  return undefined;
}

// Deno fetches `jsr:` packages only when a program imports them.
function isFromNpm({ locked }: Occurrence, { runtime }: Installation): boolean {
  return runtime === 'deno'
    ? locked.kind === 'tarball'
    : locked.kind === 'tarball' || locked.kind === 'nothing';
}

async function isFilled(disk: InstalledDisk, modules: string, runtime: Runtime): Promise<boolean> {
  const listed = await disk.list(modules);
  if (listed.state !== 'present') return listed.state === 'unavailable';
  return listed.value.some(({ name }) => (runtime === 'deno' ? name === '.deno' : !name.startsWith('.')));
}

async function readRecord(
  disk: InstalledDisk,
  modules: string,
  format: string,
): Promise<ClientRecord | undefined> {
  const name = format === 'npm' ? '.package-lock.json' : format === 'pnpm' ? '.modules.yaml' : undefined;
  const read = name === undefined ? undefined : await disk.read(join(modules, name), maxRecord);
  const parsed = read?.state === 'present' ? parseJson(read.value) : undefined;
  if (parsed?.ok !== true) return undefined;
  return format === 'npm' ? npmRecord(parsed.value) : pnpmRecord(parsed.value);
}

// npm lists every package that it installed.
function npmRecord(record: unknown): ClientRecord | undefined {
  const packages = at(record, 'packages');
  if (!isRecord(packages)) return undefined;
  const listed = new Set(
    Object.entries(packages).map(([key, entry]) => {
      const name =
        textAt(entry, 'name') ?? key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return `${name}@${textAt(entry, 'version')}`;
    }),
  );
  return (about, { dev, optional }) =>
    (dev === true || optional === true) && !listed.has(`${npmNameOf(about)}@${about.version}`);
}

// pnpm records the installed sections, and the packages that it skipped because of the platform.
function pnpmRecord(record: unknown): ClientRecord {
  const isExcluded = (section: string) => at(record, 'included', section) === false;
  const skipped = at(record, 'skipped');
  return (about, { dev, optional }) =>
    (dev === true && isExcluded('devDependencies')) ||
    (optional === true &&
      (isExcluded('optionalDependencies') ||
        (Array.isArray(skipped) && skipped.includes(`${npmNameOf(about)}@${about.version}`))));
}
