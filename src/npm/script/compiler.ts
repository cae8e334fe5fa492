import type { MediaType } from '../media.ts';

/** The compiler's output, or the reason for its failure. */
export type Compiled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** The compiler that JSR uses (swc). It never executes its input. */
export interface Compiler {
  /** Compiles a module to JavaScript: strips types, lowers JSX and decorators with JSR's options (contract 3.6). */
  emit(source: string, media: MediaType): Compiled<string>;
  /** The syntax tree of a TypeScript module or declaration file. */
  parse(source: string, media: MediaType): Compiled<unknown>;
  /** The text of a tree that `parse` made. */
  print(tree: unknown): Compiled<string>;
}

// The typings of @swc/wasm lack some options, so the functions in use are declared here.
interface Swc {
  transformSync(source: string, options: object): { readonly code: string };
  parseSync(source: string, options: object): unknown;
  printSync(tree: unknown, options: object): { readonly code: string };
  readonly __wasm: {
    readonly memory: { readonly buffer: ArrayBuffer };
    __wbindgen_add_to_stack_pointer(bytes: number): number;
  };
}

let loading: Promise<Compiler> | undefined;

/** Loads the compiler once. That takes about 4 MB from disk and 0.1 s, so it is loaded only to re-derive a tarball. */
export function loadCompiler(): Promise<Compiler> {
  loading ??= import('@swc/wasm').then((module) => {
    const swc: Swc = module.default as unknown as Swc;
    const recover = recovery(swc);
    return {
      emit: (source, media) => attempt(() => swc.transformSync(source, emitOptions(media)).code, recover),
      parse: (source, media) => attempt(() => swc.parseSync(source, parseOptions(media)), recover),
      print: (tree) => attempt(() => swc.printSync(tree, { jsc: { target: 'esnext' } }).code, recover),
    };
  });
  return loading;
}

function attempt<T>(compile: () => T, recover: () => void): Compiled<T> {
  try {
    return { ok: true, value: compile() };
  } catch (error) {
    if (error instanceof Error) {
      recover();
      return { ok: false, reason: 'nested too deeply for the compiler' };
    }
    // An error of the compiler is a text of several lines with a drawing; only the first message is used.
    return { ok: false, reason: /[^\sx×][^\n]*/.exec(String(error))?.[0] ?? 'syntax error' };
  }
}

/**
 * Restores the compiler's memory after a stack overflow. A deeply nested source overflows the stack, WebAssembly does
 * not unwind it, and every later call would fail, also for other packages. The saved state has three megabytes.
 */
function recovery({ __wasm: { memory, __wbindgen_add_to_stack_pointer: moveStack } }: Swc): () => void {
  const state = new Uint8Array(memory.buffer).slice();
  const stack = moveStack(0);
  return () => {
    const now = new Uint8Array(memory.buffer);
    now.set(state);
    now.fill(0, state.length);
    moveStack(stack - moveStack(0));
  };
}

// deno_ast strips types and lowers only JSX, decorators and `using`; all other code stays unchanged.
function emitOptions(media: MediaType): object {
  return {
    swcrc: false,
    configFile: false,
    isModule: true,
    jsc: {
      target: 'esnext',
      parser: parserOptions(media),
      transform: {
        decoratorVersion: '2022-03',
        useDefineForClassFields: true,
        verbatimModuleSyntax: false,
        // Uses of enum members keep the member's name.
        tsEnumIsMutable: true,
        react: { runtime: 'classic', throwIfNamespace: false },
      },
      experimental: { keepImportAttributes: true },
    },
  };
}

function parseOptions(media: MediaType): object {
  return { ...parserOptions(media), target: 'esnext' };
}

function parserOptions(media: MediaType): object {
  switch (media) {
    case 'ts':
    case 'mts':
    case 'tsx':
    case 'd.ts':
    case 'd.mts':
      return { syntax: 'typescript', decorators: true, tsx: media === 'tsx' };
    case 'js':
    case 'mjs':
    case 'jsx':
    case 'other':
      return {
        syntax: 'ecmascript',
        decorators: true,
        decoratorsBeforeExport: true,
        jsx: media === 'jsx',
      };
  }
}
