import type { Tasks } from './source/workers/serve.ts';
import { type Attested, checkTarball } from './verify/one-tarball.ts';
import type { CheckedTarball, ServedTarball } from './verify/tarball.ts';

/** What the task `tarball` is given. */
export interface TarballTask {
  readonly tarball: ServedTarball;
  readonly attested: Attested;
}

/** What worker threads of this program do, by name. */
export const tasks: Tasks = {
  // The input comes from this program's main thread, which makes it as the type says.
  tarball: (input): Promise<CheckedTarball> => {
    const { tarball, attested } = input as TarballTask;
    return checkTarball(tarball, attested);
  },
};
