import type { Compiled, Compiler } from '../../../src/npm/script/compiler.ts';

/** The compiler, doing for a source once what many texts are compared with. */
export function remembering(compiler: Compiler): Compiler {
  const emitted = new Map<string, Compiled<string>>();
  const parsed = new Map<string, Compiled<unknown>>();
  return {
    ...compiler,
    emit: (source, media) => remember(emitted, source, () => compiler.emit(source, media)),
    // Mutants are parsed once; remembering them all would only cost memory.
    parse: (source, media) =>
      media === 'd.ts'
        ? compiler.parse(source, media)
        : remember(parsed, source, () => compiler.parse(source, media)),
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
