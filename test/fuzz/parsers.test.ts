import { describeParsers } from './fuzz.ts';

describeParsers(10);
