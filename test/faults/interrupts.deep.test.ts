import { describeMoments } from './moments.ts';

describeMoments(5);
