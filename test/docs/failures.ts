import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import type { CheckId } from '../../src/model/check.ts';
import { files, type Stage } from '../cli/program.ts';
import { withBody } from '../support/http.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import * as attack from '../support/rekor-attacks.ts';
import { mintSigstore } from '../support/sigstore.ts';

/** A package that fails one check: how it is published, and what is changed afterwards. */
interface Failure {
  readonly publish?: Partial<PublishOptions>;
  /** Changes the answers of the world, or writes files into the folder of the project. */
  readonly change?: (scene: Scene) => void;
  /** The command, without the name of the program; a bare spec by default. */
  readonly argv?: readonly string[];
}

interface Scene {
  readonly stage: Stage;
  readonly widget: Publication;
  /** Writes a file into the folder of the project. */
  write(path: string, content: string | Uint8Array): void;
  readonly folder: string;
}

/** One failure of each check, as the pages in `docs/checks` show them. */
const failures: Readonly<Record<CheckId, Failure>> = {
  manifest: {
    publish: { manifest: (honest) => JSON.stringify(honest).replace('{', '{"exports":{},') },
  },
  bundle: {
    publish: { provenance: { envelope: (one) => ({ ...one, signatures: [] }) } },
  },
  certificate: {
    publish: { provenance: { sigstore: mintSigstore() } },
  },
  inclusion: {
    change: ({ stage, widget }) =>
      void stage.world.editEntry(widget.attested, attack.onEntries(attack.otherTreeSize(1))),
  },
  signature: {
    publish: {
      provenance: {
        envelope: (one) => ({ ...one, payload: Buffer.concat([one.payload, Buffer.from(' ')]) }),
      },
    },
  },
  statement: {
    publish: {
      provenance: { statement: { predicateType: 'https://slsa.dev/verification_summary/v1' } },
    },
  },
  subject: {
    change: ({ stage, widget }) =>
      void stage.world.edit(
        { role: 'registry', path: `/${widget.fullName}/${widget.version}_meta.json` },
        (answer) => withBody(answer, `${Buffer.from(answer.body)} `),
      ),
  },
  claims: {
    publish: { provenance: { statement: { claims: { commit: '1'.repeat(40) } } } },
  },
  lockfile: {
    argv: ['audit', 'deno.lock'],
    change: ({ widget, write }) =>
      write(
        'deno.lock',
        denoLock([widget]).replaceAll(/"integrity": "[0-9a-f]+"/g, `"integrity": "${'1'.repeat(64)}"`),
      ),
  },
  files: {
    change: ({ stage, widget }) =>
      void stage.world.edit(
        { role: 'registry', path: `/${widget.fullName}/${widget.version}/mod.ts` },
        (answer) => withBody(answer, 'export const answer = 43;\n'),
      ),
  },
  tarball: {
    publish: { npm: { files: { '/postinstall.js': 'steal();\n' } } },
    argv: ['audit', 'package-lock.json'],
    change: ({ stage, widget, write }) => write('package-lock.json', packageLock([widget], stage.world.urls)),
  },
  installed: {
    argv: ['audit', '--depth', 'installed'],
    change: ({ stage, widget, write, folder }) => {
      write('package-lock.json', packageLock([widget], stage.world.urls));
      const place = join('node_modules', widget.fullName);
      write(join(place, 'it.tgz'), widget.npmTarball(stage.world.urls.registry));
      extract({ file: join(folder, place, 'it.tgz'), cwd: join(folder, place), strip: 1, sync: true });
      rmSync(join(folder, place, 'it.tgz'));
      write(join(place, 'mod.js'), 'steal();\n');
    },
  },
};

/** What the program prints about the package that fails the check, with the command before it. */
export async function showFailure(stage: Stage, id: CheckId, version: string): Promise<string> {
  const { publish, change, argv } = failures[id];
  const widget = stage.world.publish({ scope: 'acme', name: 'widget', version, files: files(), ...publish });
  const folder = mkdtempSync(join(stage.folder(), 'project-'));
  const write: Scene['write'] = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  change?.({ stage, widget, write, folder });
  const command = argv ?? [`@acme/widget@${version}`];
  const { stdout } = await stage.run(command, { cwd: folder });
  const about = stdout.split('\n\n').find((part) => part.includes(`@acme/widget@${version}`));
  return `$ jsr-verify ${command.join(' ')}\n${about}\n`;
}
