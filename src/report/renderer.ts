import type { PackageReport, Report } from '../model/report.ts';
import type { Severity } from '../model/severity.ts';

/** What a check or a rule is about, in words: data that the renderers are given. */
export interface CatalogueEntry {
  readonly id: string;
  readonly kind: 'check' | 'rule';
  /** How much it weighs unless the policy says otherwise; a failed check is always an error. */
  readonly severity: Severity | 'off';
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
  /** What the run was about and who made it, where the caller knows; never looked up by a renderer. */
  readonly run?: RunInfo;
  /** Of `cyclonedx`: the one CycloneDX document that was audited, by its name in the places of the report. */
  readonly document?: { readonly file: string; readonly text: string } | undefined;
  /** Missing where the report was not made in a repository, or where the caller does not know. */
  readonly checkout?: Checkout | undefined;
  readonly links: {
    /** The registry's pages, without a slash at the end: `https://jsr.io`. */
    readonly registry: string;
    /** The log that was asked, without a slash at the end: `https://rekor.sigstore.dev`. */
    readonly rekor: string;
  };
}

/** Where the places of a report are; both are absolute paths, with links followed. */
export interface Checkout {
  /** The root of the repository. */
  readonly root: string;
  /** The folder that relative paths start in. */
  readonly folder: string;
}

/** What a run was about and who made it, as the caller knows it; what is not known is left out, never guessed. */
export interface RunInfo {
  /** Name of the project that was audited, such as its folder. */
  readonly project?: string;
  /** Its repository: a name such as `acme/app`, and its page. */
  readonly repository?: { readonly name: string; readonly url?: string };
  /** Commit that was checked out, hexadecimal. */
  readonly commit?: string;
  /** The page of that commit. */
  readonly commitUrl?: string;
  /** Branch, tag or pull request that was checked out. */
  readonly branch?: string;
  /** Arguments of the program, without secrets. */
  readonly command?: readonly string[];
  readonly lockfiles?: readonly RunLockfile[];
  /** The CI service that ran it: its name, the run by name and address, who or what started it. */
  readonly ci?: {
    readonly service: string;
    readonly run?: string;
    readonly url?: string;
    readonly startedBy?: string;
  };
}

/** A lockfile that was read: its path, how many JSR packages it names, and the policy for them in words. */
export interface RunLockfile {
  readonly file: string;
  readonly packages: number;
  readonly policy?: string;
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
