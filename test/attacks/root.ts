import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustedRootChanges } from '../support/sigstore.ts';
import type { Row, Scene } from './row.ts';

const file = 'root.json';

/** A run that trusts a file, which says something else once the row is under attack. */
export const underRoot = (
  changes: (scene: Scene) => TrustedRootChanges,
): Required<Pick<Row, 'project' | 'env' | 'attack'>> => ({
  project: ({ folder, world }) =>
    existsSync(join(folder, file)) ? {} : { [file]: world.sigstore.trustedRootBytes() },
  env: ({ folder }) => ({ SIGSTORE_TRUSTED_ROOT: join(folder, file) }),
  attack: (scene) =>
    writeFileSync(join(scene.folder, file), scene.world.sigstore.trustedRootBytes(changes(scene))),
});
