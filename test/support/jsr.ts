import { apiAnswer, npmAnswer, type Package, registryAnswer, rekorAnswer, tufAnswer } from './answers.ts';
import { type BundleJson, toBundle, toBundleEntry } from './bundle.ts';
import { type Answer, type Ask, jsonOf, type Role, type WorldRequest, withJson } from './http.ts';
import { acme, signerUri } from './identity.ts';
import { sha256Hex } from './keys.ts';
import {
  type Attestation,
  type ProvenanceOptions,
  Publication,
  type PublishOptions,
  type Repository,
} from './publication.ts';
import type { LogEntries, RekorLog, RekorOptions } from './rekor.ts';
import { envelopeRecord } from './rekor-entry.ts';
import { type Sigstore, sharedSigstore } from './sigstore.ts';
import { signEnvelope, statementBytes } from './statement.ts';
import { mintTuf, type TufRepository } from './tuf.ts';

/** How a world may differ from the default one. */
export interface WorldOptions {
  /** The world's present; the machine's by default. Packages appear a month before it. */
  readonly now?: Date;
  /** One's own Sigstore; all worlds of a process share one by default, each with a log of its own. */
  readonly sigstore?: Sigstore;
  readonly rekor?: RekorOptions;
}

/** Which requests an edit is about: all of the named things must fit. */
export type Matcher =
  | { readonly role?: Role; readonly method?: string; readonly path?: string | RegExp }
  | ((request: WorldRequest) => boolean);

/** Changes an answer on its way out. */
export type Edit = (answer: Answer, request: WorldRequest) => Answer;

/** A small JSR with its API, npm mirror, log and TUF mirror: requests in, bytes out, no network. */
export class World {
  readonly now: Date;
  readonly sigstore: Sigstore;
  /** The log that is served; an attack may put another in its place. */
  rekor: RekorLog;
  /** Where the services say they are; a server fills in where it really listens. */
  urls: Readonly<Record<Role, string>> = {
    registry: 'https://jsr.test',
    api: 'https://api.jsr.test',
    npm: 'https://npm.jsr.test',
    rekor: 'https://rekor.sigstore.test',
    tuf: 'https://tuf.sigstore.test',
  };
  /** Every request so far, oldest first. */
  readonly requests: WorldRequest[] = [];
  readonly #packages = new Map<
    string,
    Package & { link: Repository | null; versions: Map<string, Publication> }
  >();
  readonly #edits: { readonly matches: (request: WorldRequest) => boolean; readonly edit: Edit }[] = [];
  #tuf: TufRepository | undefined;

  constructor(options: WorldOptions = {}) {
    this.now = new Date(Math.floor((options.now ?? new Date()).getTime() / 1000) * 1000);
    this.sigstore = options.sigstore ?? sharedSigstore();
    this.rekor = this.sigstore.openLog(options.rekor);
  }

  /** The TUF repository that hands out the trusted root; one's own may be put in its place. */
  get tuf(): TufRepository {
    this.#tuf ??= mintTuf({ targets: { 'trusted_root.json': this.sigstore.trustedRootBytes() } });
    return this.#tuf;
  }

  set tuf(repository: TufRepository) {
    this.#tuf = repository;
  }

  /** Publishes a version, and attests it unless told otherwise; an existing one is replaced. */
  publish(options: PublishOptions): Publication {
    const publication = new Publication(options, options.createdAt ?? new Date(this.now.getTime() - MONTH));
    const known = this.#packages.get(publication.fullName) ?? {
      scope: publication.scope,
      name: publication.name,
      versions: new Map<string, Publication>(),
      link: null,
    };
    known.versions.set(publication.version, publication);
    known.link = linkOf(options.linked ?? true, publication.repository);
    this.#packages.set(publication.fullName, known);
    const { provenance = 'deno' } = options;
    if (provenance !== 'none') {
      publication.attestation = this.attest(publication, provenance === 'deno' ? {} : provenance);
      publication.rekorLogId = publication.attestation.logIndex;
    }
    if (options.rekorLogId !== undefined) publication.rekorLogId = options.rekorLogId;
    return publication;
  }

  /** Logs an attestation about a version, without telling the registry. */
  attest(publication: Publication, options: ProvenanceOptions = {}): Attestation {
    const { repository, createdAt, spec } = publication;
    const identity = {
      ...acme,
      owner: repository.owner,
      name: repository.name,
      repositoryId: repository.id,
      ownerId: repository.ownerId,
      commit: sha256Hex(spec).slice(0, 40),
      ...options.identity,
    };
    const certificate = (options.sigstore ?? this.sigstore).issueCertificate({
      identity,
      notBefore: new Date(createdAt.getTime() + 2000),
      ...options.certificate,
    });
    const digest =
      options.digest === 'tarball'
        ? sha256Hex(publication.uploaded)
        : options.digest === undefined || options.digest === 'manifest'
          ? publication.digest
          : options.digest;
    const subject = { name: options.subject ?? publication.purl, sha256: digest };
    const statement = statementBytes(subject, certificate.identity, options.statement);
    const signed = signEnvelope(statement, certificate.key, options);
    const envelope = options.envelope?.(signed, certificate) ?? signed;
    const kind = options.kind ?? 'intoto';
    const honest = envelopeRecord(kind, {
      envelope,
      certificate: options.pem?.(certificate) ?? certificate.pem,
      subjectName: signerUri(certificate.identity),
      at: options.loggedAt ?? new Date(createdAt.getTime() + 5000),
      ...(options.storePayload === undefined ? {} : { storePayload: options.storePayload }),
    });
    const known = options.indexed === false ? { ...honest, keys: [] } : honest;
    const record = options.record?.(known) ?? known;
    const position = this.rekor.add(record);
    return { kind, certificate, envelope, statement, position, record, logIndex: String(position.logIndex) };
  }

  /** The Sigstore bundle a publisher would have kept, with the log's proof of now. */
  bundle({ certificate, envelope, position }: Attestation): BundleJson {
    return toBundle(certificate, envelope, [toBundleEntry(this.rekor.entry(position))]);
  }

  /** Hides a version, or shows it again. */
  yank({ fullName, version }: Publication, yanked = true): void {
    const publication = this.#packages.get(fullName)?.versions.get(version);
    if (publication !== undefined) publication.yanked = yanked;
  }

  /** Takes a version away, as the registry's staff can; the log keeps its entry. */
  remove({ fullName, version }: Publication): void {
    this.#packages.get(fullName)?.versions.delete(version);
  }

  /** Changes the repository JSR shows for a package. */
  link({ fullName, repository }: Publication, link: boolean | Partial<Repository>): void {
    const known = this.#packages.get(fullName);
    if (known !== undefined) known.link = linkOf(link, repository);
  }

  /** Requests to one service, oldest first. */
  requestsTo(role: Role): readonly WorldRequest[] {
    return this.requests.filter((request) => request.role === role);
  }

  /** Rewrites matching answers from now on, after the edits made before; the result takes the edit back. */
  edit(matcher: Matcher, edit: Edit): () => void {
    const entry = { matches: predicate(matcher), edit };
    this.#edits.push(entry);
    return () => {
      this.#edits.splice(this.#edits.indexOf(entry), 1);
    };
  }

  /** Rewrites the log's answers about one entry, however it is asked for. */
  editEntry(
    { position }: Pick<Attestation, 'position'>,
    edit: (entries: LogEntries) => LogEntries,
  ): () => void {
    const change = (entries: LogEntries): LogEntries => (position.uuid in entries ? edit(entries) : entries);
    return this.edit({ role: 'rekor', path: /^\/api\/v1\/log\/entries/ }, (answer) => {
      if (answer.status !== 200) return answer;
      const json = jsonOf<LogEntries | readonly LogEntries[]>(answer);
      return withJson(answer, isList(json) ? json.map(change) : change(json));
    });
  }

  /** Answers a request; pure apart from writing it down. */
  answer(ask: Ask): Answer {
    const request: WorldRequest = { method: 'GET', headers: {}, body: '', ...ask };
    this.requests.push(request);
    return this.#edits
      .filter(({ matches }) => matches(request))
      .reduce((answer, { edit }) => edit(answer, request), this.#honest(request));
  }

  #honest(request: WorldRequest): Answer {
    const shelf = { packages: this.#packages, urls: this.urls };
    switch (request.role) {
      case 'registry':
        return registryAnswer(shelf, request);
      case 'api':
        return apiAnswer(shelf, request);
      case 'npm':
        return npmAnswer(shelf, request);
      case 'rekor':
        return rekorAnswer(this.rekor, request);
      case 'tuf':
        return tufAnswer(this.tuf, request);
    }
  }
}

/** A new world, empty but for strangers' log entries. */
export const mintWorld = (options: WorldOptions = {}): World => new World(options);

function linkOf(linked: boolean | Partial<Repository>, repository: Repository): Repository | null {
  if (linked === false) return null;
  return linked === true ? repository : { ...repository, ...linked };
}

function predicate(matcher: Matcher): (request: WorldRequest) => boolean {
  if (typeof matcher === 'function') return matcher;
  const { role, method, path } = matcher;
  return (request) =>
    (role === undefined || role === request.role) &&
    (method === undefined || method === request.method) &&
    (path === undefined ||
      (typeof path === 'string' ? path === request.path.split('?')[0] : path.test(request.path)));
}

const isList = (json: LogEntries | readonly LogEntries[]): json is readonly LogEntries[] =>
  Array.isArray(json);

const MONTH = 30 * 24 * 3_600_000;
