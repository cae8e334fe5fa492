import { join } from 'node:path';
import { root } from './runner.ts';

/** What the tests call of the action's scripts. Their types are in comments, which the configuration of this project does not read. */
interface Scripts {
  markerOf(run: {
    readonly paths: readonly string[];
    readonly id: string;
    readonly env: Readonly<Record<string, string>>;
  }): string;
  summaryOf(
    report: { readonly summary: object; readonly packages: readonly object[] },
    markdown: string,
  ): string;
}

const load = (name: string): Promise<Scripts> => import(join(root, 'action', name));

export const { markerOf } = await load('marker.js');
export const { summaryOf } = await load('summary.js');
