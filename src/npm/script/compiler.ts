import type { MediaType } from '../media.ts';

/** Something the compiler made, or why it could not. */
export type Compiled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** The compiler family that JSR emits with; nothing it is given is executed. */
export interface Compiler {
  /** JavaScript for a module: types stripped, JSX and decorators lowered by JSR's options (contract 3.6). */
  emit(source: string, media: MediaType): Compiled<string>;
  /** The syntax tree of a TypeScript module or declaration file. */
  parse(source: string, media: MediaType): Compiled<unknown>;
  /** The text of a tree that `parse` made. */
  print(tree: unknown): Compiled<string>;
}

// The typings of @swc/wasm lag behind the options it knows, so what is used here is declared again.
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

/** Loads the compiler once: about 4 MB from disk and a tenth of a second, so only when a tarball is to be re-derived. */
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
    // What the compiler has to say about a source is a text of many lines with a drawing in it.
    return { ok: false, reason: /[^\sx×][^\n]*/.exec(String(error))?.[0] ?? 'syntax error' };
  }
}

/**
 * A source that is nested deeply enough overflows the compiler's stack, and WebAssembly leaves it as it lies: every later call
 * would fail, for every other package too. The state at the start is put back instead; it is three megabytes.
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

// deno_ast strips types and lowers only JSX, decorators and `using`; everything else stays as it was written.
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
        // Enum members keep their name where they are used.
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
