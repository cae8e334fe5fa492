import { newestFirst } from './clients.ts';
import { describeInstalled } from './installed.ts';
import { layouts } from './layouts.ts';

describeInstalled(newestFirst(layouts).rest);
