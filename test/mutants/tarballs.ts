import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packageLock } from '../support/lockfiles.ts';
import type { Case } from './case.ts';
import { MintedWorld, type Part } from './minted.ts';
import { tarHeaders } from './tar.ts';

/** JSR's npm tarball, derived again from the attested files. */
export function tarballs(): readonly Case[] {
  const minted = new MintedWorld();
  const { registry, npmRegistry } = minted.urls;
  const publication = minted.publish('deep', {
    files: {
      '/mod.ts': module,
      '/plain.js': 'import { max } from "jsr:@acme/math@^1";\n\nexport const most = max(1, 2);\n',
      '/deno.json': '{"exports":{".":"./mod.ts","./plain":"./plain.js"}}\n',
    },
    exports: { '.': './mod.ts', './plain': './plain.js' },
    npm: { declarations: { '/mod.ts': declarations }, files: emitted },
  });
  const packument = `${npmRegistry}/@jsr/acme__deep`;
  const url = `${npmRegistry}/~/${publication.npmRevision}/@jsr/acme__deep/1.0.0.tgz`;
  const tgz = publication.npmTarball(registry);
  const honest = minted.part(packument).bytes.toString('utf8');
  // The npm registry is nobody's to trust: whoever changes a tarball there names the digest of the changed one.
  const fitting = (changed: Uint8Array): ReadonlyMap<string, Uint8Array> =>
    new Map([
      [url, changed],
      [packument, Buffer.from(honest.replaceAll(integrityOf(tgz), integrityOf(changed)))],
    ]);
  const archive = gunzipSync(tgz);
  const tar: Part = {
    bytes: archive,
    served: (changed) => fitting(gzipSync(withChecksums(archive, changed), { level: 1 })),
  };
  const lockfile = Buffer.from(packageLock([publication], { registry, npm: npmRegistry }));
  return [
    {
      ...minted.case(
        'an npm tarball',
        publication,
        { packument: minted.part(packument), tarball: tar, 'tarball.gz': { bytes: tgz, served: fitting } },
        { depth: 'tarball' },
      ),
      waysPerByte: 1,
    },
    {
      ...minted.case(
        'an npm tarball that a lockfile pins',
        publication,
        { 'locked tarball.gz': { bytes: tgz, served: (changed) => new Map([[url, changed]]) } },
        { depth: 'tarball', lockfile: ['package-lock.json', lockfile] },
      ),
      evidence: new Map([['locked tarball.gz', tgz]]),
      waysPerByte: 1,
    },
  ];
}

const module = `/** How sure one is. */
export enum Level { Low, High = 4 }

/** Adds one. */
export function next(value: number, by = 1): number {
  return value + by; // always more
}

export const names: readonly string[] = ['a', 'b'];
`;

const declarations = `/** How sure one is. */
export declare enum Level {
  Low,
  High = 4
}
/** Adds one. */
export declare function next(value: number, by?: number): number;
export declare const names: readonly string[];
//# sourceMappingURL=mod.d.ts.map`;

/** What JSR's compiler makes of the module. */
const emitted = {
  '/mod.js': `/** How sure one is. */ export var Level = /*#__PURE__*/ function(Level) {
  Level[Level["Low"] = 0] = "Low";
  Level[Level["High"] = 4] = "High";
  return Level;
}({});
/** Adds one. */ export function next(value, by = 1) {
  return value + by; // always more
}
export const names = [
  'a',
  'b'
];
//# sourceMappingURL=mod.js.map`,
  '/mod.js.map':
    '{"version":3,"file":"mod.js","sources":["./mod.ts"],"names":[],"mappings":"AAAA,oBAAoB,GACpB,OAAO"}',
  '/_dist/mod.d.ts.map':
    '{"version":3,"file":"mod.d.ts","sources":["../mod.ts"],"names":[],"mappings":"AACA,OAAO"}',
};

/** A forger does not stop at the checksum of a header; where a change moved the headers, there is nothing to mend. */
function withChecksums(honest: Buffer, changed: Uint8Array): Uint8Array {
  if (changed.length !== honest.length) return changed;
  const mended = Buffer.from(changed);
  for (const offset of tarHeaders(honest)) {
    const header = mended.subarray(offset, offset + 512);
    if (header.equals(honest.subarray(offset, offset + 512))) continue;
    if (!header.subarray(148, 156).equals(honest.subarray(offset + 148, offset + 156))) continue;
    const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return mended;
}

function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}
