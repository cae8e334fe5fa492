import { isSyntax, type Place, type Syntax, syntaxOf } from '../syntax.ts';

/** Access to the declaration files. */
export interface Folder {
  /** The text of a file. */
  read(path: string): string;
  /** The file that `from` imports under a specifier; throws where it is not one of ours. */
  resolve(from: string, specifier: string): string;
}

/**
 * The declaration files that can be reached from `entry`, without the declarations in them that cannot be reached: an
 * import keeps the declaration it names, not the whole file. What is kept has its text and its comments.
 */
export function prune(entry: string, folder: Folder): ReadonlyMap<string, string> {
  const files = new Map<string, readonly Statement[]>();
  const statementsOf = (path: string): readonly Statement[] => {
    const statements = files.get(path) ?? split(path, folder.read(path));
    files.set(path, statements);
    return statements;
  };
  /** Keeps what a file exports under a name, or all it exports. */
  const wantExport = (path: string, name?: string): void => {
    for (const statement of statementsOf(path)) {
      if (statement.kind === 'declaration' && statement.exported) {
        if (name === undefined || statement.names.has(name)) keep(path, statement);
      } else if (statement.kind === 'export') {
        for (const [exported, original] of statement.names) {
          if (name !== undefined && name !== exported) continue;
          statement.kept.add(exported);
          wantExport(folder.resolve(path, statement.from), original);
        }
      }
    }
  };
  /** Keeps the declaration that has a name in a file. */
  const wantLocal = (path: string, name: string): void => {
    for (const statement of statementsOf(path)) {
      if (statement.kind === 'declaration' && statement.names.has(name)) keep(path, statement);
      if (statement.kind !== 'import' || statement.kept.has(name)) continue;
      const original = statement.names.get(name);
      if (original === undefined) continue;
      statement.kept.add(name);
      wantExport(folder.resolve(path, statement.from), original);
    }
  };
  const keep = (path: string, statement: Declaration): void => {
    if (statement.kept.has('')) return;
    statement.kept.add('');
    for (const name of statement.uses) wantLocal(path, name);
    for (const from of statement.importTypes) wantExport(folder.resolve(path, from));
  };
  wantExport(entry);
  return new Map(
    [...files].map(([path, statements]) => [path, `${statements.map(render).join('')}export {};\n`]),
  );
}

type Statement = Declaration | Link;

interface Declaration {
  readonly kind: 'declaration';
  /** With the comments above it. */
  readonly text: string;
  readonly exported: boolean;
  readonly names: ReadonlySet<string>;
  readonly uses: ReadonlySet<string>;
  /** Files it names by `import('…')`. */
  readonly importTypes: readonly string[];
  /** Holds one empty name once the declaration is wanted. */
  readonly kept: Set<string>;
}

/** `import { original as name } from`, or the same with `export`. */
interface Link {
  readonly kind: 'import' | 'export';
  readonly comment: string;
  readonly from: string;
  readonly names: ReadonlyMap<string, string>;
  /** The names that are only types. */
  readonly typeOnly: ReadonlySet<string>;
  readonly kept: Set<string>;
}

function split(path: string, text: string): readonly Statement[] {
  const places = syntaxOf(path, text);
  let end = 0;
  return places
    .filter(({ parent, key }) => parent?.type === 'Program' && key === 'body')
    .flatMap(({ node }) => {
      const comment = text.slice(end, node.start).trimStart();
      end = node['end'] as number;
      const statement = toStatement(node, comment, text, places);
      if (statement === undefined) throw new Error(`${path}: a ${node.type} of this form cannot be pruned`);
      return statement;
    });
}

/** Nothing for `export {}`; `undefined` for forms that the compiler does not write for our sources. */
function toStatement(
  node: Syntax,
  comment: string,
  text: string,
  places: readonly Place[],
): readonly Statement[] | undefined {
  const specifiers = listOf(node['specifiers']);
  const from = isSyntax(node['source']) ? node['source']['value'] : undefined;
  if (typeof from === 'string') {
    const kind = node.type === 'ImportDeclaration' ? 'import' : 'export';
    const [name, original] = kind === 'import' ? ['local', 'imported'] : ['exported', 'local'];
    const names = new Map(specifiers.map((item) => [nameOf(item[name]), nameOf(item[original])]));
    const isType = (item: Syntax) => [item, node].some((one) => one[`${kind}Kind`] === 'type');
    const typeOnly = new Set(specifiers.filter(isType).map((item) => nameOf(item[name])));
    const odd = names.size === 0 || [...names].flat().includes('');
    return odd ? undefined : [{ kind, comment, from, names, typeOnly, kept: new Set() }];
  }
  const exported = node.type === 'ExportNamedDeclaration';
  const declared = exported ? node['declaration'] : node;
  if (!isSyntax(declared)) return exported && specifiers.length === 0 ? [] : undefined;
  const end = node['end'] as number;
  const inside = places.filter(
    (place) => place.node.start >= node.start && (place.node['end'] as number) <= end,
  );
  const names = listOf(declared['declarations'] ?? declared).map((item) => nameOf(item['id']));
  if (names.includes('')) return undefined;
  const statement: Declaration = {
    kind: 'declaration',
    text: `${comment}${text.slice(node.start, end)}\n`,
    exported,
    names: new Set(names),
    uses: new Set(inside.filter(isUse).map(({ node: used }) => nameOf(used))),
    importTypes: inside.flatMap(({ node: { type, source } }) =>
      type === 'TSImportType' && isSyntax(source) ? [String(source['value'])] : [],
    ),
    kept: new Set(),
  };
  return [statement];
}

// The name of a member is not a reference, unless it is computed.
function isUse({ parent, key }: Place): boolean {
  return key !== 'key' || parent?.['computed'] === true;
}

function nameOf(node: unknown): string {
  return isSyntax(node) && node.type === 'Identifier' ? String(node['name']) : '';
}

function listOf(value: unknown): readonly Syntax[] {
  return [value].flat().filter(isSyntax);
}

function render(statement: Statement): string {
  if (statement.kept.size === 0) return '';
  if (statement.kind === 'declaration') {
    return statement.importTypes.reduce((text, from) => text.replaceAll(from, shipped(from)), statement.text);
  }
  const names = [...statement.names]
    .filter(([name]) => statement.kept.has(name))
    .map(([name, original]) => {
      const renamed = name === original ? name : `${original} as ${name}`;
      return statement.typeOnly.has(name) ? `type ${renamed}` : renamed;
    });
  return `${statement.comment}${statement.kind} { ${names.join(', ')} } from '${shipped(statement.from)}';\n`;
}

// The compiler rewrites the extension in code but not in declarations.
function shipped(from: string): string {
  return from.replace(/\.ts$/, '.js');
}
