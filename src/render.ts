import { aboutEverything } from './catalogue.ts';
import { JsrVerifyError } from './model/error.ts';
import type { Report } from './model/report.ts';
import { tool } from './model/tool.ts';
import { type Addresses, publicAddresses } from './registry/addresses.ts';
import type { Checkout, RenderContext, RunInfo } from './report/renderer.ts';
import { type ReportFormat, reporters, reportFormats } from './report/reporter.ts';

/** How a report is rendered. What is left out is what suits a file. */
export interface RenderOptions {
  /** Whether warnings reject; as the policy of the audit says when missing. */
  readonly strict?: boolean | undefined;
  /** Whether it is in order that there was nothing to check. */
  readonly allowEmpty?: boolean | undefined;
  /** The services that links to evidence lead to; the public ones when missing. */
  readonly addresses?: Pick<Addresses, 'registry' | 'rekor'> | undefined;
  /** Of `html`: what the run was about and who made it. */
  readonly run?: RunInfo | undefined;
  /** Of `sarif`: the repository and the folder in it that was audited; paths are taken to start in its root when missing. */
  readonly checkout?: Checkout | undefined;
  /** Of `cyclonedx`: the one CycloneDX document that was audited; it is returned with additions. */
  readonly document?: RenderContext['document'];
  /** Of `pretty`: every check, or only problems and counts. */
  readonly verbose?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Of `pretty`: colours, and links that a terminal can open. */
  readonly color?: boolean | undefined;
  readonly hyperlinks?: boolean | undefined;
  /** Of `pretty`: the width of the terminal in cells; 80 when missing. */
  readonly columns?: number | undefined;
}

/**
 * A report as text in one of the formats of `reportFormats`, as the command writes it into a file with `--format`. The same report and
 * options give the same text.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID` for a format that does not exist
 */
export async function render(
  report: Report,
  format: ReportFormat,
  options: RenderOptions = {},
): Promise<string> {
  if (!reportFormats.includes(format)) {
    throw new JsrVerifyError('OPTIONS_INVALID', `${JSON.stringify(format)} is not a report format`, {
      hint: `the formats are ${reportFormats.join(', ')}`,
    });
  }
  const renderer = await reporters[format].load();
  return renderer.render(report, renderContext(report, options));
}

/** What renderers may know beside the report. */
export function renderContext({ strict }: Pick<Report, 'strict'>, options: RenderOptions): RenderContext {
  const { registry, rekor } = options.addresses ?? publicAddresses;
  return {
    catalogue: aboutEverything,
    toolVersion: tool.version,
    color: options.color ?? false,
    columns: options.columns ?? 80,
    hyperlinks: options.hyperlinks ?? false,
    verbose: options.verbose ?? false,
    quiet: options.quiet ?? false,
    strict: options.strict ?? strict === true,
    allowEmpty: options.allowEmpty ?? false,
    ...(options.run && { run: options.run }),
    ...(options.document && { document: options.document }),
    ...(options.checkout && { checkout: options.checkout }),
    links: { registry, rekor },
  };
}
