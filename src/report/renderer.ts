import type { PackageReport, Report } from '../model/report.ts';
import type { Severity } from '../model/severity.ts';

/** The description of a check or a rule, for the renderers. */
export interface CatalogueEntry {
  readonly id: string;
  readonly kind: 'check' | 'rule';
  /** Its severity unless the policy changes it; a failed check is always an error. */
  readonly severity: Severity | 'off';
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** What passes, and who could make it pass without the publisher; for `explain`. */
  readonly expected?: string;
  readonly forgeable?: string;
}

/** Every check and every rule by its id, in display order. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/** Everything a renderer may use besides the report; renderers read nothing from the process. */
export interface RenderContext {
  readonly catalogue: Catalogue;
  readonly toolVersion: string;
  readonly color: boolean;
  /** Width of the terminal in cells. */
  readonly columns: number;
  /** Whether the terminal supports OSC 8 hyperlinks. */
  readonly hyperlinks: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Whether warnings reject, and a missing proof of log consistency makes the run inconclusive. */
  readonly strict: boolean;
  /** Whether a run with nothing to check passes. */
  readonly allowEmpty: boolean;
  /** What the caller knows about the run; renderers never look it up. */
  readonly run?: RunInfo;
  /** Of `cyclonedx`: the one CycloneDX document that was audited, by its name in the places of the report. */
  readonly document?: { readonly file: string; readonly text: string } | undefined;
  /** Missing if the report was not made in a repository, or if the caller does not know. */
  readonly checkout?: Checkout | undefined;
  readonly links: {
    /** Base URL of the registry's pages, without a trailing slash: `https://jsr.io`. */
    readonly registry: string;
    /** Base URL of the log, without a trailing slash: `https://rekor.sigstore.dev`. */
    readonly rekor: string;
  };
}

/** The repository that the report's paths belong to; both are absolute paths with symbolic links resolved. */
export interface Checkout {
  /** The root of the repository. */
  readonly root: string;
  /** The folder that relative paths start from. */
  readonly folder: string;
}

/** The subject and the origin of a run. Unknown values are left out, never guessed. */
export interface RunInfo {
  /** Name of the project that was audited, such as its folder. */
  readonly project?: string;
  /** Its repository: a name such as `acme/app`, and its page. */
  readonly repository?: { readonly name: string; readonly url?: string };
  /** The checked-out commit, hexadecimal. */
  readonly commit?: string;
  /** The page of that commit. */
  readonly commitUrl?: string;
  /** The checked-out branch, tag or pull request. */
  readonly branch?: string;
  /** Arguments of the program, without secrets. */
  readonly command?: readonly string[];
  readonly lockfiles?: readonly RunLockfile[];
  /** The CI service: its name, the name and address of the run, and who or what started it. */
  readonly ci?: {
    readonly service: string;
    readonly run?: string;
    readonly url?: string;
    readonly startedBy?: string;
  };
}

/** A lockfile of the run: its path, its number of JSR packages, and a description of their policy. */
export interface RunLockfile {
  readonly file: string;
  readonly packages: number;
  readonly policy?: string;
}

/** Renders a report as text that ends with a line break; equal inputs give equal text. */
export interface Renderer {
  render(report: Report, context: RenderContext): string;
}

/** A renderer that can also print each package when it is done; `renderEnd` prints the rest. */
export interface StreamingRenderer extends Renderer {
  renderPackage(pkg: PackageReport, context: RenderContext): string;
  renderEnd(report: Report, context: RenderContext): string;
}

/** One report format and the module that renders it. */
export interface Reporter {
  readonly mediaType: string;
  readonly about: string;
  load(): Promise<Renderer | StreamingRenderer>;
}

/** Whether a renderer can print packages as they finish. */
export function isStreaming(renderer: Renderer | StreamingRenderer): renderer is StreamingRenderer {
  return 'renderPackage' in renderer;
}
