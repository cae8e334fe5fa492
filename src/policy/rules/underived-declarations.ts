import type { PackageRule } from '../rule.ts';

/** Rule `underived-declarations`, explained in docs/rules/underived-declarations.md. */
export const underivedDeclarations = {
  id: 'underived-declarations',
  about: 'package',
  // Types are not executed, and slow types are common; --strict requires that every file is proved.
  severity: 'note',
  title: 'every declaration file of the npm tarball was derived again',
  why: 'Inferred types cannot be derived again from a single file, so such declarations are not proved.',
  fix: 'Publish with explicit types, which JSR asks for as "no slow types".',
  *judge({ assessment: { checks }, policy }) {
    if (checks.tarball.status !== 'passed') return;
    const { notDerived } = checks.tarball.fact;
    const [first] = notDerived;
    if (first === undefined) return;
    const others = notDerived.length > 1 ? ` and ${notDerived.length - 1} more` : '';
    yield {
      message: `${first}${others} in the npm tarball could not be derived from the attested files, and count as not attested`,
      hint: 'declarations are not executed; read them before you rely on them',
      ...(policy.strict && { severity: 'error' as const }),
    };
  },
} satisfies PackageRule;
