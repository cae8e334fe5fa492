import { mintWorld, type World } from '../support/jsr.ts';
import type { NpmChanges } from '../support/npm.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { serveWorld, type WorldServer } from '../support/server.ts';

/** A small JSR that package managers can install from. */
export interface Registry {
  readonly world: World;
  readonly server: WorldServer;
  /** What the project asks for, and what comes with it. */
  readonly packages: Readonly<Record<'core' | 'extra' | 'tool' | 'widget', Publication>>;
}

/**
 * A package, one it depends on, a tool for developers and something optional; and an older version nobody wants.
 * The tarball of `core` may differ from what its files would give.
 */
export async function openRegistry({ core }: { readonly core?: NpmChanges } = {}): Promise<Registry> {
  const world = mintWorld();
  publish(world, 'core', '1.0.0', 'export const core = 0;\n');
  const packages = {
    core: publish(
      world,
      'core',
      '1.2.0',
      'export const core = 1;\n',
      core === undefined ? {} : { npm: core },
    ),
    widget: publish(world, 'widget', '1.4.0', usesCore),
    tool: publish(world, 'tool', '0.3.0', 'export const tool = "t";\n'),
    extra: publish(world, 'extra', '2.0.0', 'export const extra = 1;\n'),
  };
  return { world, server: await serveWorld(world), packages };
}

/**
 * Puts another package in the place of a version, everywhere at once, as whoever controls the registry could:
 * manifest, files and tarball fit together, and the log index is still that of the true one.
 */
export function replace(world: World, { name, version, rekorLogId }: Publication): void {
  publish(world, name, version, 'export const core = globalThis;\n', { provenance: 'none', rekorLogId });
}

function publish(
  world: World,
  name: string,
  version: string,
  module: string,
  options: Partial<PublishOptions> = {},
): Publication {
  const files = { '/mod.ts': module, '/deno.json': '{"exports":"./mod.ts"}\n', '/README.md': '# Test\n' };
  return world.publish({ scope: 'acme', name, version, files, ...options });
}

const usesCore = 'import { core } from "jsr:@acme/core@^1.0.0";\nexport const widget: number = core;\n';
