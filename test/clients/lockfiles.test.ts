import { newestFirst } from './clients.ts';
import { describeLockfiles, describePatches, describeSingleClients } from './lockfiles.ts';
import { patchedProjects, projects } from './projects.ts';

describeLockfiles(newestFirst(projects).first);
describePatches(newestFirst(patchedProjects).first);
describeSingleClients();
