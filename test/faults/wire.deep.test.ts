import { alike } from './weather.ts';
import { describeFaults } from './wire.ts';

describeFaults(alike.flatMap(([, ...rest]) => rest));
