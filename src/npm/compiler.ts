import type { MediaType } from './media.ts';

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
}

// The typings of @swc/wasm lag behind the options it knows, so the two functions used here are declared again.
interface Swc {
  transformSync(source: string, options: object): { readonly code: string };
  parseSync(source: string, options: object): unknown;
}

let loading: Promise<Compiler> | undefined;

/** Loads the compiler once: about 4 MB from disk and a tenth of a second, so only when a tarball is to be re-derived. */
export function loadCompiler(): Promise<Compiler> {
  loading ??= import('@swc/wasm').then((module) => {
    const swc: Swc = module.default;
    return {
      emit: (source, media) => attempt(() => swc.transformSync(source, emitOptions(media)).code),
      parse: (source, media) => attempt(() => swc.parseSync(source, parseOptions(media))),
    };
  });
  return loading;
}

function attempt<T>(compile: () => T): Compiled<T> {
  try {
    return { ok: true, value: compile() };
  } catch (error) {
    // The compiler throws multi-line texts with a drawing of the source in them.
    const message = String(error).replace(/\u001b\[[0-9;]*m/g, '');
    return { ok: false, reason: /[^\sx×][^\n]*/.exec(message)?.[0] ?? 'syntax error' };
  }
}

// deno_ast strips types and lowers only JSX, decorators and `using`; everything else stays as it was written.
function emitOptions(media: MediaType): object {
  return {
    swcrc: false,
    configFile: false,
    isModule: true,
    sourceMaps: false,
    jsc: {
      target: 'esnext',
      parser: parserOptions(media),
      transform: {
        decoratorVersion: '2022-03',
        useDefineForClassFields: true,
        verbatimModuleSyntax: false,
        treatConstEnumAsEnum: false,
        // Enum members keep their name where they are used.
        tsEnumIsMutable: true,
        react: { runtime: 'classic', useBuiltins: true, throwIfNamespace: false },
      },
      experimental: { keepImportAttributes: true },
    },
  };
}

function parseOptions(media: MediaType): object {
  return { ...parserOptions(media), target: 'esnext', comments: false };
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
        importAttributes: true,
        jsx: media === 'jsx',
      };
  }
}
