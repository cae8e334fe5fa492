import { dealt, describeAttacks } from './attacks.ts';

describeAttacks(dealt(1));
