import { fingerprint, nodesAt, type SyntaxNode } from './syntax.ts';

/** The language feature that a compiler's run-time helpers support. */
export type HelperFamily = 'decorators' | 'using';

/**
 * The helper statements that swc adds to a script with decorators or `using`, as sets of fingerprints, one set for
 * each version of their text. A statement that is in no set counts as normal code.
 */
const known: Readonly<Record<HelperFamily, readonly (readonly string[])[]>> = {
  decorators: [
    // swc 1.4 to 1.15
    [
      '202ebf0b1aaefdd5879a11c22f60f61065c625114b8200e74bd92d2d35d675ca',
      '2598463a6acc062fd7ed4370957330faf90f1654af5bb7a193e9929be20b0728',
    ],
    // swc 1.16
    ['721c5dddf6f6a66b34d84223d9731bee4acd0c5679ab5efce2ef26d0ede89867'],
  ],
  using: [
    // swc 1.7 to 1.15
    [
      '623b817014d2ef9740fcaff228b2c00a20c2980a49990b57aba19ac777fcc226',
      '42732a3fb1f8de8bebe3165d422616981930adea43367c43453cab7a13ff0be7',
    ],
    // swc 1.16
    [
      'e3e434033d0fd5ce8e89287cba6d34c19a3de9684f3db9efe5c7a4fcd1d9941f',
      '3ea3a148486d00151be31e9c04e517cf56795ab4aba800a20f2d008b3b45d895',
      'f5f944bda153f152ef58801330d5ba640885cdab1d00dbe66161b391d7d72cf4',
    ],
  ],
};

/** A script without its known helpers, the features they support, and their positions. */
export interface WithoutHelpers {
  readonly program: SyntaxNode;
  readonly families: ReadonlySet<HelperFamily>;
  readonly helpers: readonly SyntaxNode[];
}

/**
 * Removes the known helpers from a canonical script; an incomplete set is not removed. Functions may be anywhere. A
 * variable is `undefined` for code that runs before it, so it counts as a helper only before all other statements,
 * where compilers put it.
 */
export function withoutHelpers(program: SyntaxNode): WithoutHelpers {
  const statements = nodesAt(program, 'body');
  const marks = new Map(
    candidates(statements).map((statement) => [statement, fingerprint(statement)] as const),
  );
  const present = new Set(marks.values());
  const families = new Set<HelperFamily>();
  const taken = new Set<string>();
  for (const family of ['decorators', 'using'] as const) {
    const complete = known[family].find((set) => set.every((mark) => present.has(mark)));
    if (complete === undefined) continue;
    families.add(family);
    for (const mark of complete) taken.add(mark);
  }
  const isHelper = (statement: SyntaxNode) => taken.has(marks.get(statement) ?? '');
  return {
    program: { ...program, body: statements.filter((statement) => !isHelper(statement)) },
    families,
    helpers: statements.filter(isHelper),
  };
}

function candidates(statements: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const first = statements.find(
    ({ type, directive }) => type !== 'FunctionDeclaration' && directive === undefined,
  );
  return statements.filter(
    (statement) =>
      statement.type === 'FunctionDeclaration' ||
      (statement === first && statement.type === 'VariableDeclaration'),
  );
}
