// The program of a worker thread. The build makes it a file of its own, which `threads.ts` names.
import { serve } from './source/workers/serve.ts';
import { tasks } from './tasks.ts';

serve(tasks);
