import { describeParsers } from './fuzz.ts';

/** `JSR_VERIFY_FUZZ_RUNS=1000` tries more. */
describeParsers(Number(process.env['JSR_VERIFY_FUZZ_RUNS'] ?? 100));
