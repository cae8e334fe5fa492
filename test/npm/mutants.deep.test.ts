import { describeMutants } from './mutants.ts';

/** `JSR_VERIFY_MUTANTS=20000` tries more. */
describeMutants(Number(process.env['JSR_VERIFY_MUTANTS'] ?? 2000));
