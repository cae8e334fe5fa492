import type { PackageReport, Report } from '../model/report.ts';

/** What a check or a rule is about, in words: data that the renderers are given. */
export interface CatalogueEntry {
  readonly id: string;
  readonly kind: 'check' | 'rule';
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** What passes, and who could have made it pass without the publisher; for `explain`. */
  readonly expected?: string;
  readonly forgeable?: string;
}

/** Every check and every rule by its id, in the order they should be listed. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/** Everything a renderer may know beside the report; nothing is read from the process. */
export interface RenderContext {
  readonly catalogue: Catalogue;
  readonly toolVersion: string;
  readonly color: boolean;
  /** Width of the terminal in cells. */
  readonly columns: number;
  /** Whether the terminal understands OSC 8 hyperlinks. */
  readonly hyperlinks: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Whether warnings reject, and a log that does not answer for its past leaves the run undecided. */
  readonly strict: boolean;
  /** Whether it is in order that there was nothing to check. */
  readonly allowEmpty: boolean;
  readonly links: {
    /** The registry's pages, without a slash at the end: `https://jsr.io`. */
    readonly registry: string;
    /** The log that was asked, without a slash at the end: `https://rekor.sigstore.dev`. */
    readonly rekor: string;
  };
}

/** Turns a report into text that ends with a line break; the same report and context give the same text. */
export interface Renderer {
  render(report: Report, context: RenderContext): string;
}

/** A renderer that can also print each package when it is done; `renderEnd` prints what only the end knows. */
export interface StreamingRenderer extends Renderer {
  renderPackage(pkg: PackageReport, context: RenderContext): string;
  renderEnd(report: Report, context: RenderContext): string;
}

/** One report format: what it is, and how to load what renders it. */
export interface Reporter {
  readonly mediaType: string;
  readonly about: string;
  load(): Promise<Renderer | StreamingRenderer>;
}

/** Whether a renderer can print packages as they finish. */
export function isStreaming(renderer: Renderer | StreamingRenderer): renderer is StreamingRenderer {
  return 'renderPackage' in renderer;
}
