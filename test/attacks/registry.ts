import { answerOf, jsonOf, withBody, withHeaders, withJson } from '../support/http.ts';
import type { Edit } from '../support/jsr.ts';
import { type Area, beside, type Row, type Scene } from './row.ts';

const manifestOf = ({ name }: Scene) =>
  ({ role: 'registry', path: `/@acme/${name}/1.0.0_meta.json` }) as const;
const fileOf = ({ name }: Scene) => ({ role: 'registry', path: `/@acme/${name}/1.0.0/mod.ts` }) as const;
const listOf = ({ name }: Scene) => ({ role: 'registry', path: `/@acme/${name}/meta.json` }) as const;
const badgeOf = ({ name }: Scene) =>
  ({ role: 'api', path: new RegExp(`/packages/${name}/versions/1\\.0\\.0(?:\\?|$)`) }) as const;
const linkOf = ({ name }: Scene) => ({ role: 'api', path: `/scopes/acme/packages/${name}` }) as const;

const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8');

/** Other text in place of the manifest's. */
const manifestBy =
  (change: (text: string) => string): NonNullable<Row['attack']> =>
  (scene) =>
    scene.edit(manifestOf(scene), (answer) => withBody(answer, change(text(answer.body))));

const notTheManifest = {
  verdict: 'rejected',
  code: 1,
  id: 'subject',
  says: /digest is not that of the version manifest/,
} as const;

/** What the registry serves as the package. */
export const served: Area = {
  area: 'manifest and files',
  rows: [
    { promise: 'an honest package is verified, files and all', verdict: 'verified', code: 0 },
    {
      promise: 'a manifest with another checksum in it is not the attested one',
      attack: manifestBy((json) =>
        json.replace(/sha256-[0-9a-f]/, (found) => (found.endsWith('0') ? 'sha256-1' : 'sha256-0')),
      ),
      ...notTheManifest,
    },
    {
      promise: 'a manifest with one blank more is not the attested one',
      attack: manifestBy((json) => `${json} `),
      ...notTheManifest,
    },
    {
      promise: 'a manifest with a file more is not the attested one',
      attack: manifestBy((json) =>
        json.replace(
          '"manifest":{',
          `"manifest":{"/evil.ts":{"size":0,"checksum":"sha256-${'0'.repeat(64)}"},`,
        ),
      ),
      ...notTheManifest,
    },
    {
      promise: 'a manifest with other exports is not the attested one',
      attack: manifestBy((json) => json.replace('"exports":{', '"exports":{"./evil":"./README.md",')),
      ...notTheManifest,
    },
    {
      promise: 'the manifest of another version does not pass for this one',
      publish: ({ publish }) =>
        beside(publish({ version: '0.9.0', files: { '/mod.ts': 'export {};\n' } }), {}),
      attack: (scene) => {
        const older = scene.world.answer({ role: 'registry', path: `/@acme/${scene.name}/0.9.0_meta.json` });
        scene.edit(manifestOf(scene), (answer) => withBody(answer, older.body));
      },
      ...notTheManifest,
    },
    {
      promise: 'a manifest with a key twice is read in no way',
      attack: manifestBy((json) => json.replace('{"manifest":', '{"manifest":{},"manifest":')),
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /duplicate key "manifest"/,
    },
    {
      promise: 'a manifest with a key twice is refused even where just that was attested',
      publish: {
        manifest: (honest) => JSON.stringify(honest).replace('{"manifest":', '{"exports":{},"manifest":'),
      },
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /duplicate key "exports"/,
    },
    {
      promise: 'a manifest behind a byte order mark is refused even where just that was attested',
      publish: { manifest: (honest) => `\uFEFF${JSON.stringify(honest)}` },
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /byte order mark/,
    },
    {
      promise: 'a path that leaves the package is refused even where it was attested',
      publish: {
        manifest: ({ manifest, ...rest }) => ({
          ...rest,
          manifest: { ...manifest, '/../../etc/passwd': manifest['/mod.ts'] },
        }),
      },
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /steps out of its folder/,
    },
    {
      promise: 'two paths that are one file on some disks are refused even where they were attested',
      publish: {
        manifest: ({ manifest, ...rest }) => ({
          ...rest,
          manifest: { ...manifest, '/MOD.ts': manifest['/mod.ts'] },
        }),
      },
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /differ in case only/,
    },
    {
      promise: 'a manifest that lists nothing proves nothing',
      publish: { manifest: ({ exports }) => ({ manifest: {}, exports }) },
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /lists no files/,
    },
    {
      promise: 'a manifest as Deno vendors it, whose digest is a claim in it, is refused',
      attack: manifestBy((json) =>
        json.replace('{"manifest":', `{"lockfileChecksum":"${'0'.repeat(64)}","manifest":`),
      ),
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /as Deno vendors it/,
    },
    {
      promise: 'a manifest that the registry does not have is no manifest',
      attack: (scene) => scene.edit(manifestOf(scene), () => answerOf(404, 'text/plain', '404 - Not Found')),
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /has no version manifest/,
    },
    {
      promise: 'a version that the registry took away is nothing to be verified',
      attack: ({ world, widget }) => world.remove(widget),
      verdict: 'nothing',
      code: 2,
      id: 'unresolved',
      says: /there is no version 1\.0\.0/,
    },
    {
      promise: 'a file of other bytes and the same size is named',
      attack: (scene) =>
        scene.edit(fileOf(scene), (answer) => withBody(answer, text(answer.body).replace('row', 'bow'))),
      verdict: 'rejected',
      code: 1,
      id: 'files',
      says: /1 file is not what the manifest says.*\/mod\.ts: SHA-256/,
    },
    {
      promise: 'a file with more at its end is named',
      attack: (scene) =>
        scene.edit(fileOf(scene), (answer) => withBody(answer, `${text(answer.body)}evil();\n`)),
      verdict: 'rejected',
      code: 1,
      id: 'files',
      says: /\/mod\.ts: \d+ bytes, expected/,
    },
    {
      promise: 'a file that is gone is named',
      attack: (scene) => scene.edit(fileOf(scene), () => answerOf(404, 'text/plain', '404 - Not Found')),
      verdict: 'rejected',
      code: 1,
      id: 'files',
      says: /\/mod\.ts: the registry does not have it/,
    },
    {
      promise: 'a file is not compared with what another backend answered',
      attack: (scene) =>
        scene.edit(fileOf(scene), (answer) => withHeaders(answer, { 'x-jsr-backend': 'frontend' })),
      verdict: 'inconclusive',
      code: 3,
      id: 'files',
      says: /answered by "frontend"/,
    },
    {
      promise: 'a web page in place of the manifest says nothing',
      attack: (scene) =>
        scene.edit(manifestOf(scene), () =>
          answerOf(200, 'text/html', '<!DOCTYPE html><title>Sign in</title>'),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /a web page instead of data/,
    },
    {
      promise: 'a web page that calls itself JSON says nothing',
      attack: (scene) =>
        scene.edit(manifestOf(scene), () =>
          answerOf(200, 'application/json', '<!DOCTYPE html><title>Sign in</title>'),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /a web page instead of data/,
    },
    {
      promise: 'a manifest from another backend says nothing',
      attack: (scene) =>
        scene.edit(manifestOf(scene), (answer) => withHeaders(answer, { 'x-jsr-backend': 'npm' })),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /answered by "npm" instead of "modules"/,
    },
    {
      promise: 'a redirect to another host is not followed, whatever waits there',
      attack: (scene) =>
        scene.edit(manifestOf(scene), (answer) =>
          withHeaders(
            { ...answer, status: 302 },
            { location: `${scene.world.urls.npm}/@acme/${scene.name}/1.0.0_meta.json` },
          ),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /a redirect to another origin, http:\/\/127\.0\.0\.1:\d+/,
    },
    {
      promise: 'a redirect to a name that only begins like the host is not followed',
      attack: (scene) =>
        scene.edit(fileOf(scene), (answer) =>
          withHeaders({ ...answer, status: 307 }, { location: 'http://127.0.0.1.evil.example/mod.ts' }),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'files',
      says: /a redirect to another origin, http:\/\/127\.0\.0\.1\.evil\.example/,
    },
    {
      promise: 'a redirect with a password in it is not followed',
      attack: (scene) =>
        scene.edit(manifestOf(scene), (answer) =>
          withHeaders(
            { ...answer, status: 302 },
            { location: scene.world.urls.registry.replace('//', '//me:secret@') },
          ),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /redirect that is not followed/,
    },
    {
      promise: 'a redirect in a circle ends',
      attack: (scene) =>
        scene.edit(manifestOf(scene), (answer) =>
          withHeaders({ ...answer, status: 302 }, { location: `/@acme/${scene.name}/1.0.0_meta.json` }),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'manifest',
      says: /more than 3 redirects/,
    },
  ],
};

const inNewHands = {
  verdict: 'rejected',
  code: 1,
  id: 'linked-repository',
  says: /JSR links a repository of that name with another id: the name now belongs to someone else/,
} as const;

const builtElsewhere = { owner: 'evil', name: 'greet', id: '666', ownerId: '667' };

/** Another repository in `meta.json`, which links by name. */
const listLink =
  (owner: string, name: string): Edit =>
  (answer) =>
    withBody(
      answer,
      text(answer.body).replace(
        /"githubRepository":\{[^}]*\}/,
        `"githubRepository":${JSON.stringify({ owner, name })}`,
      ),
    );

/** Another repository in the API, or none. */
const apiLink =
  (githubRepository: Readonly<Record<string, unknown>> | null): Edit =>
  (answer) =>
    withJson(answer, { ...jsonOf<object>(answer), githubRepository });

/** What the registry claims about the package, without proof. */
export const said: Area = {
  area: "the registry's claims",
  rows: [
    {
      promise: 'provenance that the registry denies is found in the log by digest',
      publish: { rekorLogId: null },
      verdict: 'verified',
      code: 0,
      id: 'recovered-provenance',
      says: /the registry says there is none; found by searching the log/,
    },
    {
      promise: 'provenance that the registry denies and the index does not know is missing, not waived',
      publish: { rekorLogId: null, provenance: { indexed: false } },
      verdict: 'rejected',
      code: 1,
      id: 'require-provenance',
      says: /no attestation/,
    },
    {
      promise: 'with --allow-unattested a denied provenance is never called verified',
      publish: { rekorLogId: null, provenance: { indexed: false } },
      argv: ({ widget }) => [widget.spec, '--allow-unattested'],
      verdict: 'unattested',
      code: 0,
      id: 'bundle',
      says: /the registry names none/,
    },
    {
      promise: 'a pin demands provenance, whatever the registry denies and --allow-unattested allows',
      publish: { rekorLogId: null, provenance: { indexed: false } },
      argv: ({ widget, name }) => [widget.spec, '--allow-unattested', '--repo', `acme/${name}`],
      verdict: 'rejected',
      code: 1,
      id: 'require-provenance',
      says: /a pin implies provenance/,
    },
    {
      promise: 'a badge that is ambiguous is no answer',
      publish: { provenance: { indexed: false } },
      attack: (scene) =>
        scene.edit(badgeOf(scene), (answer) =>
          withJson(answer, { ...jsonOf<object>(answer), rekorLogId: 3 }),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'bundle',
      says: /does not say whether there is provenance/,
    },
    {
      promise: 'a badge without its number is no "none"',
      publish: { provenance: { indexed: false } },
      attack: (scene) =>
        scene.edit(badgeOf(scene), (answer) =>
          withJson(answer, { ...jsonOf<object>(answer), rekorLogId: undefined }),
        ),
      verdict: 'inconclusive',
      code: 3,
      id: 'bundle',
      says: /does not say whether there is provenance/,
    },
    {
      promise:
        'a "none" that an edge kept from before there was provenance is asked about once more, past it',
      publish: { provenance: { indexed: false } },
      attack: (scene) =>
        scene.edit(
          { role: 'api', path: new RegExp(`/packages/${scene.name}/versions/1\\.0\\.0$`) },
          (answer) => withJson(answer, { ...jsonOf<object>(answer), rekorLogId: null }),
        ),
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a badge that names the entry of another package does not pass',
      publish: ({ publish, name }) => ({
        provenance: { indexed: false },
        rekorLogId: publish({ name: `${name}-other`, files: { '/mod.ts': 'export {};\n' } }).rekorLogId,
      }),
      verdict: 'rejected',
      code: 1,
      id: 'subject',
      says: /is about "pkg:jsr\/@acme\/row-\d+-other@1\.0\.0"/,
    },
    {
      promise: 'a badge that names the entry of an older version does not pass',
      publish: ({ publish }) => ({
        provenance: { indexed: false },
        rekorLogId: publish({ version: '0.9.0' }).rekorLogId,
      }),
      verdict: 'rejected',
      code: 1,
      id: 'subject',
      says: /is about "pkg:jsr\/@acme\/row-\d+@0\.9\.0"/,
    },
    {
      promise: "a badge that names a stranger's entry does not pass",
      publish: { provenance: { indexed: false }, rekorLogId: '17' },
      verdict: 'rejected',
      code: 1,
      id: 'bundle',
      says: /kind hashedrekord\/0\.0\.1 is not supported/,
    },
    {
      promise: 'a badge that names an entry beyond the end of the log proves nothing',
      publish: { provenance: { indexed: false }, rekorLogId: '99999999' },
      verdict: 'rejected',
      code: 1,
      id: 'bundle',
      says: /log entry 99999999, which the log does not have/,
    },
    {
      promise: 'a version published anew does not inherit the attestation of the first',
      publish: ({ publish }) => ({
        provenance: 'none',
        rekorLogId: publish({ files: { '/mod.ts': 'export {};\n' } }).rekorLogId,
      }),
      ...notTheManifest,
    },
    {
      promise: 'a different repository than the linked one does not pass',
      attack: ({ world, widget }) => world.link(widget, { owner: 'evil', name: 'mirror', id: '666' }),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /built from acme\/row-\d+, but JSR links evil\/mirror/,
    },
    {
      promise: 'a link that was moved does not move a pin',
      publish: {
        linked: { owner: 'evil', name: 'mirror', id: '666' },
        repository: { owner: 'evil', name: 'mirror', id: '666' },
      },
      argv: ({ widget, name }) => [widget.spec, '--repo', `acme/${name}`],
      verdict: 'rejected',
      code: 1,
      id: 'pinned-identity',
      says: /repository is evil\/mirror, expected acme\/row-\d+ \(--repo\)/,
    },
    {
      promise: 'a pinned package is verified although the registry links another repository',
      publish: { linked: { owner: 'evil', name: 'mirror', id: '666' } },
      argv: ({ widget, name }) => [widget.spec, '--repo', `acme/${name}`],
      verdict: 'verified',
      code: 0,
      id: 'linked-repository',
      says: /JSR links evil\/mirror today/,
    },
    {
      promise: 'without a link it is said that nothing vouches for the builder',
      attack: ({ world, widget }) => world.link(widget, false),
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /no expected publisher is known/,
    },
    {
      promise: "a stranger's attestation of public bytes is told apart from the package's own",
      publish: { provenance: 'none' },
      attack: ({ world, widget }) =>
        void world.attest(widget, {
          identity: { owner: 'evil', name: 'fork', repositoryId: '666', ownerId: '667' },
        }),
      twin: false,
      verdict: 'rejected',
      code: 1,
      id: 'require-provenance',
      says: /the log has one by evil\/fork, which is not linked to the package/,
    },
    {
      promise:
        "a stranger's attestation before the owner's does not hide that the owner's speaks of another build",
      publish: { provenance: 'none' },
      attack: ({ world, widget }) => {
        world.attest(widget, {
          identity: { owner: 'evil', name: 'fork', repositoryId: '666', ownerId: '667' },
        });
        world.attest(widget, {
          statement: { style: 'actions-attest', claims: { commit: '1'.repeat(40) } },
        });
      },
      twin: false,
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'foreign-signer',
      says: /the statement names a different build than the one that signed it: commit 1{40} \(claimed\)/,
    },
    {
      promise:
        'an attestation from a repository that took over the name does not count where the id is another',
      publish: { provenance: 'none' },
      attack: ({ world, widget }) =>
        void world.attest(widget, { identity: { repositoryId: '666', ownerId: '667' } }),
      twin: false,
      verdict: 'rejected',
      code: 1,
      id: 'require-provenance',
      says: /which is not linked to the package/,
    },
    {
      promise: 'a name in new hands does not pass a pinned id',
      publish: ({ name }) => ({ repository: { owner: 'acme', name, id: '666' } }),
      argv: ({ widget, name }) => [widget.spec, '--repo', `acme/${name}`, '--repo-id', '454279688'],
      verdict: 'rejected',
      code: 1,
      id: 'pinned-identity',
      says: /the same name now belongs to someone else/,
    },
    {
      promise: 'a name in new hands does not pass a pin of the name alone',
      publish: ({ name }) => ({
        linked: { owner: 'acme', name, id: '454279688' },
        repository: { owner: 'acme', name, id: '666' },
      }),
      argv: ({ widget, name }) => [widget.spec, '--repo', `acme/${name}`],
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /JSR links a repository of that name with another id/,
    },
    {
      promise: 'a closer look finds a name in new hands by its id, which the list of versions does not give',
      attack: ({ world, widget }) => world.link(widget, { id: '666' }),
      ...inNewHands,
    },
    {
      promise: 'a name in new hands does not pass where the rule on links is off',
      project: () => ({ 'jsr-verify.json': '{"rules":{"linked-repository":"off"}}' }),
      attack: ({ world, widget }) => world.link(widget, { id: '666' }),
      ...inNewHands,
    },
    {
      promise: 'a name in new hands does not pass with an exemption from the rule on links',
      project: ({ widget }) => ({
        'jsr-verify.json': JSON.stringify({
          exemptions: [
            {
              package: widget.fullName,
              rule: 'linked-repository',
              reason: 'it moved',
              until: '2099-01-01',
            },
          ],
        }),
      }),
      attack: ({ world, widget }) => world.link(widget, { id: '666' }),
      ...inNewHands,
    },
    {
      promise: 'an API that links the builder does not pass where meta.json links another repository',
      publish: { repository: builtElsewhere },
      attack: (scene) => scene.edit(listOf(scene), listLink('acme', 'greet')),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /built from evil\/greet; JSR contradicts itself: meta\.json links acme\/greet, the API evil\/greet/,
    },
    {
      promise: 'a meta.json that links the builder does not pass where the API links another repository',
      publish: { repository: builtElsewhere },
      attack: (scene) => scene.edit(linkOf(scene), apiLink({ id: 7, owner: 'acme', name: 'greet' })),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /built from evil\/greet; JSR contradicts itself: meta\.json links evil\/greet, the API acme\/greet/,
    },
    {
      promise: 'a meta.json that links the builder does not pass where the API says that nothing is linked',
      publish: { repository: builtElsewhere },
      attack: (scene) => scene.edit(linkOf(scene), apiLink(null)),
      verdict: 'rejected',
      code: 1,
      id: 'linked-repository',
      says: /JSR contradicts itself: meta\.json links evil\/greet, the API no repository/,
    },
    {
      promise:
        'an API that links the builder does not confirm what a search found where meta.json links another',
      publish: { repository: builtElsewhere, rekorLogId: null },
      attack: (scene) => scene.edit(listOf(scene), listLink('acme', 'greet')),
      verdict: 'rejected',
      code: 1,
      id: 'require-provenance',
      says: /the log has one by evil\/greet, which is not linked to the package/,
    },
    {
      promise: 'a meta.json that an edge kept from before the link moved is asked for once more',
      publish: { repository: builtElsewhere },
      attack: (scene) =>
        scene.edit(listOf(scene), (answer, request) =>
          request.path.includes('fresh=') ? answer : listLink('acme', 'greet')(answer, request),
        ),
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a repository that was renamed passes by its id where meta.json has its old name',
      publish: { repository: builtElsewhere },
      attack: (scene) => scene.edit(linkOf(scene), apiLink({ id: 666, owner: 'evil', name: 'renamed' })),
      verdict: 'verified',
      code: 0,
      id: 'linked-repository',
      says: /the id is the same, so it was renamed/,
    },
    {
      promise: 'a pinned package is verified although two documents of the registry contradict each other',
      publish: { repository: builtElsewhere },
      attack: (scene) => scene.edit(listOf(scene), listLink('acme', 'greet')),
      argv: ({ widget }) => [widget.spec, '--repo-id', '666'],
      verdict: 'verified',
      code: 0,
      id: 'linked-repository',
      says: /JSR contradicts itself/,
    },
    {
      promise: 'a yanked version is told, and with --strict turned away',
      attack: ({ world, widget }) => world.yank(widget),
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'yanked',
      says: /version 1\.0\.0 was yanked/,
    },
    {
      promise: 'a publication date long before the attestation is told, and with --strict turned away',
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(
            answer,
            text(answer.body).replace(/"createdAt":"[^"]+"/, '"createdAt":"2025-01-01T00:00:00Z"'),
          ),
        ),
      argv: ({ widget }) => [widget.spec, '--strict'],
      verdict: 'rejected',
      code: 1,
      id: 'late-attestation',
      says: /logged \d+ days after the version was published/,
    },
    {
      promise: 'a date that is none is nobody’s word',
      publish: {},
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(
            answer,
            text(answer.body).replace(/"createdAt":"[^"]+"/, '"createdAt":"+275760-09-13T00:00:00.001Z"'),
          ),
        ),
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a version that exists only in the list is not resolved to anything that passes',
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(answer, text(answer.body).replace('"versions":{', '"versions":{"9.9.9":{},')),
        ),
      argv: ({ widget }) => [widget.fullName],
      verdict: 'rejected',
      code: 1,
      id: 'manifest',
      says: /has no version manifest/,
    },
    {
      promise: 'a version that is not spelled as a version is not looked at',
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(
            answer,
            text(answer.body).replace('"versions":{', '"versions":{"../../evil":{},"__proto__":{},'),
          ),
        ),
      argv: ({ widget }) => [widget.fullName],
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'a version that is spelled in another way is none',
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(answer, text(answer.body).replace('"1.0.0":', '"v1.0.0":')),
        ),
      argv: ({ widget }) => [widget.fullName],
      verdict: 'nothing',
      code: 2,
      id: 'unresolved',
      says: /there are no versions/,
    },
    {
      promise: 'a list of versions with a key twice is no list',
      attack: (scene) =>
        scene.edit(listOf(scene), (answer) =>
          withBody(answer, text(answer.body).replace('{', '{"versions":{},')),
        ),
      argv: ({ widget }) => [widget.fullName],
      verdict: 'inconclusive',
      code: 3,
      id: 'resolve',
      says: /duplicate key "versions"/,
    },
    {
      promise: 'a link in the API that is ambiguous does not confirm what a search found',
      publish: { rekorLogId: null },
      attack: (scene) => {
        scene.edit(linkOf(scene), (answer) =>
          withBody(answer, text(answer.body).replace('{', '{"githubRepository":null,')),
        );
        scene.edit(listOf(scene), (answer) =>
          withBody(answer, text(answer.body).replace(/"githubRepository":\{[^}]*\},/, '')),
        );
      },
      verdict: 'inconclusive',
      code: 3,
      id: 'bundle',
      says: /did not answer which repository the package belongs to/,
    },
  ],
};
