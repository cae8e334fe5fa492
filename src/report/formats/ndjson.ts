import type { StreamingRenderer } from '../renderer.ts';
import { toJson } from '../words/escape.ts';
import { toPackageJson, toRunJson } from './json.ts';

/** One line for each finished package, `{"type":"package",…}`, and `{"type":"summary",…}` as the last line. */
export const ndjson: StreamingRenderer = {
  render: (report, context) =>
    [
      ...report.packages.map((pkg) => ndjson.renderPackage(pkg, context)),
      ndjson.renderEnd(report, context),
    ].join(''),
  renderPackage: (pkg) => `${toJson({ type: 'package', ...toPackageJson(pkg) })}\n`,
  renderEnd: (report, context) => `${toJson({ type: 'summary', ...toRunJson(report, context) })}\n`,
};
