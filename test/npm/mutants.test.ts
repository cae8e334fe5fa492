import { describeMutants } from './mutants.ts';

describeMutants(200);
