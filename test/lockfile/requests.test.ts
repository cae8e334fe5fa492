import { describe, expect, test } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { requestedFromJsr } from '../../src/lockfile/parts/request.ts';
import { packagesIn, publicRegistries } from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const tarball = (name: string) => `https://npm.jsr.io/~/11/@jsr/${name}/1.0.0.tgz`;
const widget = '@acme/widget@1.0.0';
const read = (file: string, text: string) => readLockfile(file, text, publicRegistries);

/** The request, what it leads to, and perhaps more of the lockfile. */
type Make = (request: Request) => string;
interface Request {
  /** The name that the project gives it. */
  readonly name?: string;
  readonly range?: string;
  /** The npm name and version of what is installed, or a folder. */
  readonly to?: string;
  readonly folder?: true;
}

const entryOf = (to: string) => {
  const cut = to.lastIndexOf('@');
  const [name, version] = [to.slice(0, cut), to.slice(cut + 1)];
  const isJsr = name.startsWith('@jsr/');
  return { name, version, ...(isJsr && { resolved: tarball(name.slice(5)) }), integrity };
};
const json = (value: unknown) => JSON.stringify(value, null, 1);

const npm: Make = ({ name = '@acme/widget', range = 'npm:@jsr/acme__widget@^1', to = '', folder }) =>
  json({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { [name]: range } },
      [`node_modules/${name}`]: folder ? { resolved: 'evil', link: true } : entryOf(to),
      ...(folder && { evil: { name: 'evil', version: '1.0.0' } }),
    },
  });

// The oldest tree tells what packages ask for, not what the project does.
const oldNpm: Make = ({ name = '@acme/widget', range = 'npm:@jsr/acme__widget@^1', to = '', folder }) => {
  const { name: real, version, ...rest } = entryOf(folder ? 'x@file:evil' : to);
  return json({
    lockfileVersion: 1,
    dependencies: {
      left: { version: '1.0.0', integrity, requires: { [name]: range } },
      [name]: { version: folder || real === name ? version : `npm:${real}@${version}`, ...rest },
    },
  });
};

const pnpm: Make = ({ name = '@acme/widget', range = 'jsr:^1.0.0', to = '', folder }) => {
  const entry = entryOf(to);
  const address = 'resolved' in entry ? `, tarball: ${entry.resolved}` : '';
  return `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '${name}':
        specifier: '${range}'
        version: ${folder ? 'link:../evil' : `'${to}'`}

packages:${folder ? ' {}' : `\n\n  '${to}':\n    resolution: {integrity: ${integrity}${address}}`}

snapshots:${folder ? ' {}' : `\n\n  '${to}': {}`}
`;
};

const oldPnpm: Make = (request) =>
  pnpm(request)
    .replace("'9.0'", "'6.1'")
    .replace(/\nsnapshots:.*$/s, '')
    .replaceAll(`'${request.to}'`, `'/${request.to}'`);

const bun: Make = ({ name = '@acme/widget', range = 'npm:@jsr/acme__widget@^1', to = '', folder }) => {
  const { resolved = '' } = entryOf(to) as { resolved?: string };
  const entry = folder ? ['evil@workspace:evil'] : [to, resolved, {}, integrity];
  return json({
    lockfileVersion: 1,
    workspaces: { '': { name: 'app', dependencies: { [name]: range } } },
    packages: { [name]: entry },
  });
};

const berry: Make = ({ name = '@acme/widget', range = 'npm:@jsr/acme__widget@^1', to = '', folder }) => {
  const { name: real, version } = entryOf(to);
  return `__metadata:
  version: 10

"${name}@${range}":
  version: ${folder ? '0.0.0-use.local' : version}
  resolution: "${folder ? 'evil@portal:../evil' : `${real}@npm:${version}`}"

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    "${name}": "${range}"
`;
};

const vlt: Make = ({ name = '@acme/widget', range = 'npm:@jsr/acme__widget@^1', to = '', folder }) => {
  const { name: real, version } = entryOf(to);
  const isJsr = real.startsWith('@jsr/');
  const spelt = real.replaceAll('_', '__').replace('/', '+');
  const id = folder ? 'workspace~evil' : `~${isJsr ? 'jsr' : 'npm'}~${spelt}@${version}`;
  return json({
    lockfileVersion: 1,
    options: {},
    nodes: { [id]: [0, folder ? 'evil' : real, integrity] },
    edges: { [`file~_d ${name}`]: `prod ${range} ${id}` },
  });
};

const formats: readonly (readonly [string, string, Make])[] = [
  ['npm', 'package-lock.json', npm],
  ['npm 6', 'package-lock.json', oldNpm],
  ['pnpm', 'pnpm-lock.yaml', pnpm],
  ['pnpm 8', 'pnpm-lock.yaml', oldPnpm],
  ['bun', 'bun.lock', bun],
  ['Yarn 4', 'yarn.lock', berry],
  ['vlt', 'vlt-lock.json', vlt],
];

describe.each(formats)('in a lockfile of %s', (_, file, make) => {
  const outcome = (request: Request) => {
    const contents = read(file, make(request));
    expect(contents.remarks).toBeUndefined();
    return { packages: packagesIn(contents), unreadable: contents.unreadable.map(({ reason }) => reason) };
  };

  test.each([
    ['as an alias', {}],
    ['under its npm name', { name: '@jsr/acme__widget', range: '^1.0.0' }],
    ['by jsr:', { range: 'jsr:^1.0.0' }],
    ['by jsr: in full', { name: 'w', range: 'jsr:@acme/widget@^1.0.0' }],
  ])('a JSR package asked for %s is itself', (_, request) => {
    expect(outcome({ ...request, to: '@jsr/acme__widget@1.0.0' })).toEqual({
      packages: [widget],
      unreadable: [],
    });
  });

  test.each([
    ['as an alias', {}],
    ['in capitals', { range: 'NPM:@JSR/acme__widget@^1' }],
    ['by jsr:', { range: 'jsr:^1.0.0' }],
    ['by jsr: in full', { name: 'w', range: 'jsr:@acme/widget@^1.0.0' }],
    ['by a jsr: that names none', { name: 'w', range: 'jsr:^1.0.0' }],
  ])('a JSR package asked for %s is no other package of npm', (_, request) => {
    const { packages, unreadable } = outcome({ ...request, to: 'is-number@7.0.0' });
    expect(packages).toEqual([]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]).toMatch(
      /^it is requested from JSR as .* but resolves to is-number@(?:npm:)?7\.0\.0$/,
    );
  });

  test('a name in the scope of JSR is no other package of npm', () => {
    const { packages, unreadable } = outcome({
      name: '@jsr/acme__widget',
      range: '^1.0.0',
      to: 'is-number@7.0.0',
    });
    expect(packages).toEqual([]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]).toMatch(/is-number/);
  });

  test('a JSR package is no other package of JSR', () => {
    const { unreadable } = outcome({ to: '@jsr/evil__widget@1.0.0', range: 'npm:@jsr/acme__widget@^1' });
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]).toMatch(
      /requested from JSR as @jsr\/acme__widget but resolves to @jsr\/evil__widget@/,
    );
  });

  test('a JSR package is no folder', () => {
    const { packages, unreadable } = outcome({ folder: true });
    expect(packages).toEqual([]);
    expect(unreadable).toHaveLength(1);
  });

  test('a package of npm that is asked for as such is not minded', () => {
    expect(outcome({ name: 'n', range: 'npm:is-number@7', to: 'is-number@7.0.0' })).toEqual({
      packages: [],
      unreadable: [],
    });
  });
});

describe('a request that resolves to another package, in each client', () => {
  const one = (file: string, text: string) => {
    const { targets, unreadable, remarks = [] } = read(file, text);
    return {
      targets: targets.length,
      unreadable: unreadable.map(({ entry, reason }) => `${entry}: ${reason}`),
      remarks: remarks.map(({ at, message }) => `${at.line}: ${message}`),
    };
  };
  const mismatchReason = 'it is requested from JSR as @jsr/acme__widget but resolves to is-number@7.0.0';

  test('Yarn 1 has no other package under a name in the scope of JSR, nor under jsr:', () => {
    const classic = (descriptor: string) =>
      `# yarn lockfile v1\n\n\n"${descriptor}":\n  version "7.0.0"\n  resolved "https://registry.npm.example/is-number/-/is-number-7.0.0.tgz#ABC"\n  integrity ${integrity}\n`;
    expect(one('yarn.lock', classic('@jsr/acme__widget@npm:is-number@^7.0.0')).unreadable).toEqual([
      '@jsr/acme__widget@npm:is-number@^7.0.0: it is requested from JSR as @jsr/acme__widget but resolves to is-number',
    ]);
    for (const descriptor of ['@acme/widget@npm:@jsr/acme__widget@^1', '@acme/widget@jsr:^1']) {
      const { foreign } = read('yarn.lock', classic(descriptor));
      expect(foreign.map(({ host }) => host)).toEqual(['registry.npm.example']);
    }
  });

  test('Yarn can be told by "resolutions" to take another package, and that is said', () => {
    const classic = `# yarn lockfile v1\n\n\n"@acme/widget@npm:is-number@7.0.0":\n  version "7.0.0"\n  resolved "https://registry.npm.example/is-number/-/is-number-7.0.0.tgz#ABC"\n\nleft@1:\n  version "1.0.0"\n  resolved "https://registry.npm.example/left/-/left-1.0.0.tgz#ABC"\n  dependencies:\n    "@acme/widget" "npm:@jsr/acme__widget@^1"\n`;
    const told =
      /^\d+: "@acme\/widget@npm:@jsr\/acme__widget@\^1": it is requested .* resolves to is-number, which only "resolutions"/;
    expect(one('yarn.lock', classic)).toMatchObject({
      unreadable: [],
      remarks: [expect.stringMatching(told)],
    });
    const text = berry({ range: 'npm:is-number@7.0.0', to: 'is-number@7.0.0' }).replace(
      '"@acme/widget": "npm:is-number@7.0.0"',
      '"@acme/widget": "npm:@jsr/acme__widget@^1"',
    );
    expect(one('yarn.lock', text)).toMatchObject({ unreadable: [], remarks: [expect.stringMatching(told)] });
  });

  test('Yarn 4 has no workspace in place of a JSR package, and no patch of another one', () => {
    const workspace = berry({ range: 'npm:@jsr/acme__widget@^1', to: 'x@1.0.0' }).replace(
      'resolution: "x@npm:1.0.0"',
      'resolution: "evil@workspace:evil"',
    );
    expect(one('yarn.lock', workspace).unreadable).toEqual([
      '@acme/widget@npm:@jsr/acme__widget@^1: it is requested from JSR as @jsr/acme__widget but resolves to evil@workspace:evil',
    ]);
    const patch = 'patch:@acme/widget@npm%3A@jsr/acme__widget@^1#~/p.patch';
    expect(one('yarn.lock', berry({ range: patch, to: 'is-number@7.0.0' })).unreadable).toHaveLength(1);
  });

  test('pnpm looks a request up in its catalogs, and so is done here', () => {
    for (const catalog of ['default', 'old']) {
      const range = catalog === 'default' ? 'catalog:' : 'catalog:old';
      const text = pnpm({ range, to: 'is-number@7.0.0' }).replace(
        'importers:',
        `catalogs:\n  ${catalog}:\n    '@acme/widget':\n      specifier: jsr:^1.0.0\n      version: 7.0.0\n\nimporters:`,
      );
      expect(one('pnpm-lock.yaml', text).unreadable).toEqual([`@acme/widget: ${mismatchReason}`]);
    }
  });

  test('bun looks a request up in its catalogs, and so is done here', () => {
    for (const range of ['catalog:', 'catalog:old']) {
      const lock = JSON.parse(bun({ range, to: 'is-number@7.0.0' })) as object;
      const listed = { '@acme/widget': 'npm:@jsr/acme__widget@^1' };
      const catalogs = range === 'catalog:' ? { catalog: listed } : { catalogs: { old: listed } };
      expect(one('bun.lock', json({ ...lock, ...catalogs })).unreadable).toEqual([
        `@acme/widget: ${mismatchReason}`,
      ]);
    }
  });

  test('a dependency of a package of pnpm is told by its name', () => {
    const text = pnpm({ to: '@jsr/acme__gadget@1.0.0', name: '@jsr/acme__gadget' })
      .replace('packages:\n', `packages:\n\n  is-number@7.0.0:\n    resolution: {integrity: ${integrity}}\n`)
      .replace(
        "'@jsr/acme__gadget@1.0.0': {}",
        "'@jsr/acme__gadget@1.0.0':\n    dependencies:\n      '@jsr/acme__widget': is-number@7.0.0\n  is-number@7.0.0: {}",
      );
    expect(one('pnpm-lock.yaml', text)).toMatchObject({
      targets: 1,
      unreadable: [`@jsr/acme__widget: ${mismatchReason}`],
    });
    const overridden = text.replace(
      'importers:',
      "overrides:\n  'x>@jsr/acme__widget@1': npm:is-number@7.0.0\n\nimporters:",
    );
    expect(one('pnpm-lock.yaml', overridden)).toMatchObject({
      unreadable: [],
      remarks: [expect.stringMatching(/is-number@7\.0\.0, because of "overrides" in the lockfile$/)],
    });
    expect(one('pnpm-lock.yaml', overridden.replace('npm:is-number@7', 'npm:is-odd@7')).unreadable).toEqual([
      `@jsr/acme__widget: ${mismatchReason}`,
    ]);
  });

  test('the overrides of bun are said, and excuse nothing else', () => {
    const lock = JSON.parse(bun({ to: 'is-number@7.0.0' })) as object;
    const withOverride = (range: string) =>
      one('bun.lock', json({ ...lock, overrides: { '@acme/widget': range } }));
    expect(withOverride('npm:is-number@7')).toMatchObject({
      unreadable: [],
      remarks: [expect.stringMatching(/because of "overrides" in the lockfile$/)],
    });
    expect(withOverride('npm:is-odd@7').unreadable).toEqual([`@acme/widget: ${mismatchReason}`]);
    expect(withOverride('1.0.0').unreadable).toEqual([`@acme/widget: ${mismatchReason}`]);
  });

  test('the folder that pnpm links where it does not know jsr: is said to be none of JSR', () => {
    const range = 'jsr:@acme/widget@^1.0.0/mod';
    const text = pnpm({ range, folder: true }).replace('link:../evil', `'link:${range}'`);
    expect(one('pnpm-lock.yaml', text)).toMatchObject({
      unreadable: [],
      remarks: [
        expect.stringMatching(
          /resolves to link:jsr:@acme\/widget@\^1\.0\.0\/mod, a folder of that name: the pnpm/,
        ),
      ],
    });
  });

  test('a folder of another name that pnpm links as it was told is none of JSR either', () => {
    for (const range of ['../evil', 'link:../evil', 'workspace:*']) {
      const text = pnpm({ name: '@jsr/acme__widget', range, folder: true });
      expect(one('pnpm-lock.yaml', text)).toMatchObject({
        unreadable: [expect.stringMatching(/resolves to link:\.\.\/evil$/)],
        remarks: [],
      });
    }
    const overridden = pnpm({ name: '@jsr/acme__widget', range: 'link:../evil', folder: true }).replace(
      'importers:',
      "overrides:\n  '@jsr/acme__widget': link:../evil\n\nimporters:",
    );
    expect(one('pnpm-lock.yaml', overridden)).toMatchObject({
      unreadable: [],
      remarks: [
        expect.stringMatching(/resolves to link:\.\.\/evil, because of "overrides" in the lockfile$/),
      ],
    });
  });

  test('Deno chooses no other package, nor one of npm, nor under an alias', () => {
    const deno = (specifiers: object, rest: object = {}) =>
      one('deno.lock', json({ version: '5', specifiers, ...rest }));
    for (const id of ['npm:is-number@7.0.0', 'jsr:@evil/widget@1.0.0']) {
      expect(deno({ 'jsr:@acme/widget@1': id })).toMatchObject({
        targets: 0,
        unreadable: [
          `jsr:@acme/widget@1: it is requested from JSR as jsr:@acme/widget but resolves to ${id}`,
        ],
      });
    }
    expect(deno({ 'jsr:@acme/widget@1': 'npm:@jsr/acme__widget@1.0.0' }).unreadable).toEqual([]);
    for (const dependencies of [
      ['@jsr/acme__widget@npm:is-number@7.0.0'],
      { '@jsr/acme__widget': 'is-number@7.0.0' },
    ]) {
      const packages = { 'left@1.0.0': { integrity, dependencies }, 'is-number@7.0.0': { integrity } };
      expect(deno({}, { npm: packages }).unreadable).toEqual([`@jsr/acme__widget: ${mismatchReason}`]);
    }
  });

  test('a folder that Deno takes in place of a JSR package is told', () => {
    for (const section of ['links', 'patches']) {
      const text = json({
        version: '5',
        workspace: { [section]: { 'jsr:@acme/widget@1.0.0': {}, 'npm:left@1': {} } },
      });
      expect(one('deno.lock', text).remarks).toEqual([
        expect.stringMatching(/^\d+: Deno loads jsr:@acme\/widget@1\.0\.0 from a folder of the project/),
      ]);
    }
  });

  test('npm 7 and npm 6 read two trees, and each request is judged in its own', () => {
    const newer = JSON.parse(npm({ to: '@jsr/acme__widget@1.0.0' })) as { packages: object };
    const left = { version: '1.0.0', integrity };
    const asks = { '@acme/widget': 'npm:@jsr/acme__widget@^1' };
    const lock = (old: object) =>
      one(
        'package-lock.json',
        json({
          lockfileVersion: 2,
          packages: { ...newer.packages, 'node_modules/left': { ...left, dependencies: asks } },
          dependencies: { left: { ...left, requires: asks }, '@acme/widget': old },
        }),
      );
    const { name, version, ...rest } = entryOf('@jsr/acme__widget@1.0.0');
    expect(lock({ version: `npm:${name}@${version}`, ...rest })).toMatchObject({
      targets: 1,
      unreadable: [],
    });
    expect(lock({ version: 'npm:is-number@7.0.0', integrity })).toMatchObject({
      unreadable: [`@acme/widget: ${mismatchReason}`],
    });
  });

  test('what could not be understood is said once, however often it is asked for', () => {
    const lock = JSON.parse(npm({ name: '@jsr/acme__widget', range: '1', to: 'is-number@7.0.0' })) as {
      packages: object;
    };
    const left = { version: '1.0.0', dependencies: { '@jsr/acme__widget': '1' } };
    const text = json({ ...lock, packages: { ...lock.packages, 'node_modules/left': left } });
    expect(one('package-lock.json', text).unreadable).toHaveLength(1);
  });
});

describe('a folder that stands beside the address of JSR is the folder', () => {
  const outcome = (file: string, text: string) => {
    const { targets, unreadable } = read(file, text);
    return [targets.length, unreadable.map(({ reason }) => reason)];
  };
  const address = tarball('acme__widget');

  test('for pnpm', () => {
    const text = pnpm({ to: '@jsr/acme__widget@1.0.0' });
    const why = 'it comes from a folder or a repository, not from JSR';
    for (const place of ['type: directory, directory: ../evil', 'type: git, repo: https://a.example/b']) {
      const evil = text.replace('{integrity', `{${place}, integrity`);
      expect(outcome('pnpm-lock.yaml', evil)).toEqual([0, [why]]);
      expect(outcome('pnpm-lock.yaml', evil.replaceAll('@jsr/acme__widget@1.0.0', 'evil@1.0.0'))).toEqual([
        0,
        [why],
      ]);
    }
  });

  test('for Yarn 1', () => {
    const text = (descriptor: string) =>
      `# yarn lockfile v1\n\n\n"${descriptor}":\n  version "1.0.0"\n  resolved "${address}#ABC"\n  integrity ${integrity}\n`;
    for (const range of ['file:../evil', 'link:evil', './evil', '../evil', '/evil', '~/evil']) {
      for (const name of ['@jsr/acme__widget', '@acme/widget']) {
        expect(outcome('yarn.lock', text(`${name}@${range}`)), `${name}@${range}`).toEqual([
          0,
          ['it comes from a folder, not from JSR'],
        ]);
      }
    }
    expect(outcome('yarn.lock', text('@acme/widget@npm:@jsr/acme__widget@^1'))).toEqual([1, []]);
  });

  test('for bun', () => {
    const lock = JSON.parse(bun({ to: '@jsr/acme__widget@1.0.0' })) as object;
    const packages = (id: string) =>
      json({ ...lock, packages: { '@acme/widget': [id, address, {}, integrity] } });
    const evil = packages('evil@workspace:evil');
    for (const text of [evil, evil.replace('/@jsr/', '/%40jsr/')]) {
      expect(outcome('bun.lock', text)).toEqual([0, ['it does not come from a registry: workspace:evil']]);
    }
    expect(outcome('bun.lock', packages('@jsr/acme__widget@file:evil'))).toEqual([
      0,
      ['file:evil is not an exact version'],
    ]);
    expect(outcome('bun.lock', packages('widget@1.0.0'))).toEqual([1, []]);
  });
});

describe('a package that the project patches is held to no bytes', () => {
  const lockedIn = (file: string, text: string) =>
    read(file, text).targets.flatMap(({ occurrences }) =>
      occurrences.map(({ locked }) => (locked.kind === 'nothing' ? locked.why : locked.kind)),
    );
  const to = '@jsr/acme__widget@1.0.0';
  const hash = 'a'.repeat(64);

  test('by pnpm, whether the key of the snapshot says so or the list of patches', () => {
    const honest = pnpm({ to });
    const why = 'pnpm changes it with a patch of the project';
    expect(lockedIn('pnpm-lock.yaml', honest)).toEqual(['tarball']);
    const keyed = honest
      .replace(`version: '${to}'`, `version: '${to}(patch_hash=${hash})'`)
      .replace(`'${to}': {}`, `'${to}(patch_hash=${hash})(left@1.0.0)': {}`);
    expect(lockedIn('pnpm-lock.yaml', keyed)).toEqual([why]);
    const old = oldPnpm({ to }).replace(/'\/@jsr\/acme__widget@1\.0\.0'/g, `'/${to}(patch_hash=${hash})'`);
    expect(lockedIn('pnpm-lock.yaml', old)).toEqual([why]);
    const listed = (key: string) =>
      honest.replace(
        'importers:',
        `patchedDependencies:\n  '${key}':\n    hash: ${hash}\n    path: p.patch\n\nimporters:`,
      );
    for (const key of [to, '@jsr/acme__widget', '@jsr/acme__widget@^1'])
      expect(lockedIn('pnpm-lock.yaml', listed(key)), key).toEqual([why]);
    for (const key of ['@jsr/acme__widget@2.0.0', 'left', '@jsr/acme__widget2@1.0.0'])
      expect(lockedIn('pnpm-lock.yaml', listed(key)), key).toEqual(['tarball']);
  });

  test('by pnpm, but not because a package it is used with is patched', () => {
    const text = pnpm({ to }).replace(`'${to}': {}`, `'${to}(left@1.0.0(patch_hash=${hash}))': {}`);
    expect(lockedIn('pnpm-lock.yaml', text)).toEqual(['tarball']);
  });

  test('by bun, under its own name or that of its folder', () => {
    const lock = JSON.parse(bun({ to })) as object;
    const listed = (key: string) =>
      lockedIn('bun.lock', json({ ...lock, patchedDependencies: { [key]: 'p' } }));
    expect(listed(to)).toEqual(['bun changes it with a patch of the project']);
    expect(listed('@acme/widget@1.0.0')).toEqual(['bun changes it with a patch of the project']);
    expect(listed('@jsr/acme__widget@2.0.0')).toEqual(['tarball']);
  });
});

test('a request is one for JSR by scheme or by scope', () => {
  expect(requestedFromJsr('@acme/widget', ' jsr:^1')).toBe('@jsr/acme__widget');
  expect(requestedFromJsr('w', 'jsr:@acme/widget')).toBe('@jsr/acme__widget');
  expect(requestedFromJsr('w', 'npm:@jsr/acme__widget')).toBe('@jsr/acme__widget');
  expect(requestedFromJsr('@jsr/acme__widget', 'file:x')).toBe('@jsr/acme__widget');
  expect(requestedFromJsr('w', 'jsr:^1')).toBe('jsr:^1');
  for (const range of ['^1', 'npm:w@1', 'npm:@jsrx/acme__widget', 'file:jsr:@acme/widget', 'catalog:'])
    expect(requestedFromJsr('w', range), range).toBeUndefined();
});

describe('what lies inside another package', () => {
  const inside = {
    version: '1.0.0',
    resolved: tarball('acme__widget'),
    integrity,
  };
  const lockedAs = (lockfile: object) =>
    read('package-lock.json', JSON.stringify(lockfile)).targets.flatMap(({ occurrences }) =>
      occurrences.map(({ locked }) => (locked.kind === 'nothing' ? locked.why : locked.kind)),
    );
  const nested = (bundler: object, mark: object) => ({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { app: '1' } },
      'node_modules/app': { version: '1.0.0', ...bundler },
      'node_modules/app/node_modules/@jsr/acme__widget': { ...inside, ...mark },
    },
  });
  const brought = ['it is bundled inside another package'];

  test.each<[string, object, object, readonly string[]]>([
    ['is fetched where nobody bundles it', {}, {}, ['tarball']],
    ['is brought where it is marked so', {}, { inBundle: true }, brought],
    ['is brought where the package bundles some', { bundleDependencies: ['x'] }, {}, brought],
    ['is brought where the package bundles all', { bundleDependencies: true }, {}, brought],
    ['is brought under the older name, too', { bundledDependencies: ['x'] }, {}, brought],
    ['is fetched where the package bundles none', { bundleDependencies: [] }, {}, ['tarball']],
  ])('%s', (_, bundler, mark, locked) => {
    expect(lockedAs(nested(bundler, mark))).toEqual(locked);
  });

  test('is brought where an old lockfile marks it so', () => {
    const old = (mark: object) => ({
      lockfileVersion: 1,
      dependencies: {
        app: { version: '1.0.0', dependencies: { '@jsr/acme__widget': { ...inside, ...mark } } },
      },
    });
    expect(lockedAs(old({}))).toEqual(['tarball']);
    expect(lockedAs(old({ bundled: true }))).toEqual(brought);
  });
});
