import { newestFirst } from './clients.ts';
import { describeLockfiles, describePatches } from './lockfiles.ts';
import { patchedProjects, projects } from './projects.ts';

describeLockfiles(newestFirst(projects).rest);
describePatches(newestFirst(patchedProjects).rest);
