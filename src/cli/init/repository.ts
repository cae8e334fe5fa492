import { dirname, join, sep } from 'node:path';
import { seenFrom } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { diskAt, kindOf } from '../../source/disk.ts';
import { NotOurs, OwnFolder } from '../../source/own-folder.ts';
import type { FileChange } from '../file-change.ts';
import { writeChange } from '../file-change.ts';

/** A file of a repository, by its path from the root, with `/`. */
export interface RepositoryFile {
  readonly file: string;
  readonly text: string;
}

/** What a repository has to do with CI. Files are seen from its root. */
export interface Repository {
  readonly root: string;
  /** Whether it has `.github/`. */
  readonly github: boolean;
  /** The workflows of GitHub Actions. */
  readonly workflows: readonly RepositoryFile[];
  /** `.gitlab-ci.yml`. */
  readonly gitlab: RepositoryFile | undefined;
  readonly codeowners: RepositoryFile | undefined;
}

/** Where GitHub and GitLab look for owners; the first one counts. */
const codeownersPlaces = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];
const maxBytes = 1_000_000;

/**
 * Looks at the repository of a folder: the nearest folder upward with `.git`, or the folder itself. Links are not followed.
 *
 * @throws {JsrVerifyError} `OUTPUT_UNWRITABLE` where a link is in the way
 */
export async function readRepository(folder: string): Promise<Repository> {
  const root = await rootOf(folder);
  const disk = diskAt(root);
  const read = async (file: string): Promise<RepositoryFile | undefined> =>
    fileIn(root, file).size === undefined
      ? undefined
      : { file, text: await disk.read(join(root, file), maxBytes) };
  // As if something were in it: neither folder is a link.
  fileIn(root, '.github/workflows/any.yml');
  const entries = await disk.entriesIn(join(root, '.github', 'workflows'));
  const names = entries.filter(({ name, kind }) => kind === 'file' && /\.ya?ml$/.test(name));
  const owners = await Promise.all(codeownersPlaces.map(read));
  return {
    root,
    github: (await kindOf(join(root, '.github'))) === 'folder',
    workflows: (await Promise.all(names.map(({ name }) => read(`.github/workflows/${name}`)))).flatMap(
      (file) => file ?? [],
    ),
    gitlab: await read('.gitlab-ci.yml'),
    codeowners: owners.find((file) => file !== undefined),
  };
}

/**
 * Whether a change may be made: the file is in the repository, and no link is on the way to it.
 *
 * @throws {JsrVerifyError} `OUTPUT_UNWRITABLE`
 */
export function refuseLinks(root: string, { path, shown }: FileChange): void {
  const file = seenFrom(root, path);
  if (file.startsWith('../'))
    throw new JsrVerifyError('OUTPUT_UNWRITABLE', `${shown} is not in the repository`, {
      hint: 'run jsr-verify init in the folder of the policy file',
    });
  fileIn(root, file);
}

/** Makes the folders of a file where they are missing, and writes it. */
export async function writeIn(root: string, change: FileChange): Promise<void> {
  refuseLinks(root, change);
  const parts = seenFrom(root, dirname(change.path)).split('/');
  await new OwnFolder(root).make(...parts.filter((part) => part !== '.'));
  await writeChange(change);
}

function fileIn(root: string, file: string): { readonly size: number | undefined } {
  try {
    return new OwnFolder(root).file(...file.split('/'));
  } catch (cause) {
    if (!(cause instanceof NotOurs)) throw cause;
    const [, ...below] = cause.message.split('/');
    throw new JsrVerifyError('OUTPUT_UNWRITABLE', `${below.join('/')}, so init does not touch it`, {
      hint: 'put a regular file or folder in its place, or set the project up by hand: see docs/ci',
      cause,
    });
  }
}

async function rootOf(folder: string): Promise<string> {
  for (let here = folder; ; here = dirname(here)) {
    if ((await kindOf(join(here, '.git')).catch(() => undefined)) !== undefined) return here;
    if (dirname(here) === here || here === sep) return folder;
  }
}
