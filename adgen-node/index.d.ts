/**
 * Turns a product photo, a brief and a brand into a finished video ad.
 *
 * Options of this package are in camelCase. Documents, events, states and outcomes are the JSON that all of adgen's languages share,
 * with its names (`types`).
 */
import type { AudioProvider, BackgroundRemover, Bytes, Planner, Signal, Url, VideoProvider } from './provider';
import type * as types from './types';

export type * as types from './types';
export type * from './types';
export type { AudioProvider, BackgroundRemover, Planner, VideoProvider } from './provider';
export * from './errors';
// The error; what became of a job is `types.Cancelled`.
export { Cancelled } from './errors';
export * as provider from './provider';
export * as testkit from './testkit';

type CamelName<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelName<Tail>>}` : S;
/** The same with its names in camelCase. */
export type Camel<T> = T extends readonly (infer E)[]
  ? Camel<E>[]
  : T extends object
    ? { [K in keyof T as K extends string ? CamelName<K> : K]: Camel<T[K]> | Extract<undefined, T[K]> }
    : T;

/** Data as it is handed in: it may be read-only, and where a text stands, a URL may, which names a file. */
export type Given<T> = T extends string
  ? T | (string extends T ? Url : never)
  : T extends readonly (infer E)[]
    ? readonly Given<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Given<T[K]> }
      : T;

/** A document: as an object, as JSON text, or as the `file:` URL of one. */
export type Project = Given<types.AdProject> | string | Url;
/** Files by the names that the document has for them. */
export type Files = Readonly<Record<string, FileContent>> | ReadonlyMap<string, FileContent>;
/** A file that is handed in: bytes, a `Blob` or a `Response`, a stream of Node's or of the web, or a `file:` URL. */
export type FileContent =
  | Bytes
  | Url
  | { arrayBuffer(): PromiseLike<Bytes> }
  | { getReader(): { read(): PromiseLike<{ done: boolean; value?: Bytes | undefined }> } }
  | AsyncIterable<Bytes>;
/** `Buffer`, where the types of Node are there. */
export type NodeBuffer = typeof globalThis extends { Buffer: { alloc(size: number): infer B } } ? B : Uint8Array;

/** What every call can be given. */
export interface CallOptions {
  /** Aborted, it gives the call up: with an `AbortError`. */
  signal?: Signal | undefined;
}

/** Where a document's files come from. */
export interface FilesOptions extends CallOptions {
  /** Where they lie: the document's own folder, or the working directory, where it is not said and none are handed in. */
  folder?: string | Url | undefined;
  /** Those that are handed in. */
  files?: Files | undefined;
}

/** One run's own options. Its signal cancels it, remote jobs included. */
export interface RunOptions extends CallOptions {
  /** The most that the ad may cost altogether, in US dollars; the studio's and the document's own limits hold as well. */
  maxUsd?: number | undefined;
  /** Asks nobody and fetches nothing. */
  offline?: boolean | undefined;
  /** How many pieces of heavy work may go on at a time. */
  jobs?: number | undefined;
  planner?: Planner | undefined;
  video?: VideoProvider | undefined;
  audio?: AudioProvider | undefined;
}

/** How a studio is set up: the fields of `types.StudioConfig` in camelCase, and what is no data. */
export interface StudioOptions extends Omit<Camel<types.StudioConfig>, 'storage'> {
  /** Where ads are kept: a folder or its `file:` URL, `s3://bucket/prefix`, or `./storage` where it is not said. */
  storage?: string | Url | undefined;
  /** Providers of one's own; what is left out is made offline. */
  planner?: Planner | undefined;
  video?: VideoProvider | undefined;
  audio?: AudioProvider | undefined;
  remover?: BackgroundRemover | undefined;
  /** Hears of every event of every run. What it throws is a warning. */
  onEvent?: ((event: types.Event) => unknown) | undefined;
}

/** Makes ads: set up once, used for as many as one likes. */
export class Studio {
  constructor(options?: StudioOptions);

  /**
   * The same with the services whose keys are in the environment: OpenAI plans where `OPENAI_API_KEY` is set, Replicate films and
   * scores where `REPLICATE_API_TOKEN` is; what has no key is made offline. `ADGEN_STORAGE` is the storage where none is said;
   * `ADGEN_PLANNER_MODEL`, `ADGEN_VIDEO_MODEL` and `ADGEN_AUDIO_MODEL` choose models. `webhook` is the address that Replicate calls
   * when a job moved on.
   */
  static fromEnv(options?: StudioOptions & { webhook?: string | undefined }): Studio;

  /** Brings a document and its files into the storage, and makes nothing: `run` does. */
  import(project: Project, options?: FilesOptions): Promise<types.Imported>;
  /** Imports a document and makes its ad: gives the run, which works by itself. */
  generate(project: Project, options?: FilesOptions & RunOptions): Promise<Run>;
  /** Makes what is missing of the ad of a project in the storage: all of it, or what a crash, an edit or a fallback left. */
  run(projectId: string, options?: RunOptions): Promise<Run>;
  /** `run` by the name that fits after a crash. */
  resume(projectId: string, options?: RunOptions): Promise<Run>;
  /** What the ad of a document will cost, everything made anew. Calls nobody. */
  estimate(project: Project, options?: CallOptions): Promise<types.Estimate>;
  /** Looks at every file that a document names, without storing anything. */
  inspect(project: Project, options?: Omit<FilesOptions, 'files'>): Promise<types.Inspected[]>;
  /** One frame of the stored document, of a scene (0 is the first) or at a time, as the video will have it, without a run. */
  preview(projectId: string, options: PreviewOptions): Promise<PreviewImage>;
  /** The ids of all projects in the storage, sorted. */
  list(options?: CallOptions): Promise<string[]>;
  /** What is known about a project. */
  state(projectId: string, options?: CallOptions): Promise<types.State>;
  /** The document as it lies in the storage, with its version. */
  document(projectId: string, options?: CallOptions): Promise<types.StoredDocument>;
  /**
   * Saves an edited document, which counts for the next run; gives its version. With `ifMatch`, a version, only where nobody else
   * has saved another one since: `Conflict` otherwise.
   */
  save(project: Project, options?: CallOptions & { ifMatch?: string | undefined }): Promise<string>;
  /** Copies a project under another id: what was bought for the first one serves the copy for nothing. */
  copy(from: string, to: string, options?: CallOptions): Promise<void>;
  /** Deletes a project. What was bought for it stays for others that want the same. */
  delete(projectId: string, options?: CallOptions): Promise<void>;
  /** Writes `report.html` of a finished project again. */
  report(projectId: string, options?: CallOptions): Promise<types.OutputFile>;
  /** An address of a file of the project, good for so many seconds (3600): a presigned link, or `file://` on this machine. */
  url(projectId: string, file: string, options?: CallOptions & { expiresS?: number | undefined }): Promise<string>;
  /** The events of a run of the project wherever it is at work, in another process or on another machine. */
  watch(projectId: string, options?: WatchOptions): EventIterator;
  /** Looks for artifacts that no project uses any more, and removes nothing. */
  findWaste(
    options?: CallOptions & { bought?: boolean | undefined; graceS?: number | undefined },
  ): Promise<types.GcPlan>;
  /** Removes what was found; gives the bytes that were freed. */
  removeWaste(plan: types.GcPlan, options?: CallOptions): Promise<number>;
  /** How much the storage was asked for since the studio was made. */
  storageUse(options?: CallOptions): Promise<types.StorageUse>;
  /** How the studio is set up. */
  config(options?: CallOptions): Promise<types.StudioConfig>;
}

/** Which frame, in which shape and how large. */
export type PreviewOptions = CallOptions &
  ({ scene: number; seconds?: undefined } | { seconds: number; scene?: undefined }) &
  ({ width?: number | undefined; shortSide?: undefined } | { shortSide: number; width?: undefined }) & {
    aspect?: types.Aspect | undefined;
  };

/** One frame of an ad. */
export interface PreviewImage {
  readonly png: NodeBuffer;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Whether the colours of the texts are surely those of the finished video. */
  readonly isFinal: boolean;
}

/** Which run is watched, and from where on. */
export interface WatchOptions extends CallOptions {
  /** Not this run, which is known already: the one after it is waited for. */
  afterRun?: string | undefined;
  /** Events from this number on; 0 for all. */
  fromSeq?: number | undefined;
  /** How often to look, in milliseconds: 250 in a folder and 2000 elsewhere. Less than 50 counts as 50. */
  everyMs?: number | undefined;
}

/** Events, as they come. Leaving the loop ends it, and stops nothing else. */
export interface EventIterator extends AsyncIterableIterator<types.Event> {
  next(): Promise<IteratorResult<types.Event, undefined>>;
  return(value?: unknown): Promise<IteratorResult<types.Event, any>>;
  [Symbol.asyncIterator](): EventIterator;
}

/**
 * A run under way. It works by itself and keeps the program alive until it is over: forgetting it does not stop it, `cancel` and
 * its signal do. It is no promise: `result` gives one.
 */
export class Run implements AsyncIterable<types.Event> {
  private constructor();
  /** Name of this run. */
  readonly id: string;
  /** The project. */
  readonly projectId: string;
  /** What is known about the project now. */
  get state(): types.State;
  /** Where the project stands. */
  get status(): types.Status;
  /** Stops the run, remote jobs included, and does not wait for that. What is finished stays. */
  cancel(): void;
  /** Hands in the event of a webhook (`verifyWebhook`); tells whether its job is this run's. */
  notify(event: types.WebhookEvent): boolean;
  /** All events of the run from number `fromSeq` on, those of the past first. Ends with the run. */
  events(fromSeq?: number): EventIterator;
  [Symbol.asyncIterator](): EventIterator;
  /**
   * Waits for the end; may be called as often as one likes. Rejects with why the run failed, with `Cancelled` where it was cancelled,
   * and with `AbortError` where its signal did that.
   */
  result(): Promise<types.Outcome>;
  /** Draws the run's progress until it is over, and gives its outcome: a bar on a terminal, plain lines elsewhere. */
  show(out?: { write(text: string): unknown; isTTY?: boolean; columns?: number }): Promise<types.Outcome>;
  /**
   * Lets the program end although the run is under way, which is left as it is then: `Studio.run` goes on from there. Whoever waits
   * still keeps the program alive.
   */
  unref(): this;
  /** Takes `unref` back. */
  ref(): this;
  /** Cancels a run that is not over, and waits for that: `await using run = …`. */
  [Symbol.asyncDispose](): Promise<void>;
}

declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/** The version of adgen. */
export function version(): string;

/**
 * Every problem of a document at once; an empty array where it is sound. Whatever a text holds is answered with problems, not with
 * an exception.
 *
 * @throws {InvalidProject} for what JSON has no word for, with its place
 * @throws {NotFound} for the `file:` URL of a file that is not there, `Io` for one that cannot be read
 * @throws {TypeError} for what is no object, no text and no `file:` URL
 */
export function validate(project: Project | object): types.Problem[];

/** The JSON Schema (draft 2020-12) of documents, or of options. */
export function schema(of?: 'project' | 'studio_config' | 'run_options'): Record<string, unknown>;

/**
 * Checks a webhook of Replicate and tells which job it is about: what `Run.notify` takes.
 *
 * @param secret what `webhookSecret` gave
 * @param headers the request's, in any spelling
 * @param body the body as it came, byte for byte
 * @throws {Unauthenticated} for a signature that is none of this secret's, or a time out of tolerance (300 s)
 */
export function verifyWebhook(
  secret: string,
  headers: Iterable<readonly [string, string]> | Readonly<Record<string, string | readonly string[] | undefined>>,
  body: Bytes,
  options?: { toleranceS?: number | undefined; now?: Date | undefined },
): types.WebhookEvent;

/** The secret with which the webhooks of the account of `REPLICATE_API_TOKEN` are signed. Ask once and keep it. */
export function webhookSecret(options?: CallOptions): Promise<string>;

/**
 * What this machine has for making ads, what is missing, and how to get it. Keys of services are tried by calls that cost nothing, unless
 * `offline`.
 */
export function doctor(options?: CallOptions & { offline?: boolean | undefined }): Promise<types.Finding[]>;

/**
 * Brings ONNX Runtime and the usual model to this machine, or one of them by its name; the package has both. With `from`, a file of this
 * machine is installed instead. Models whose licence forbids paid work need `nonCommercial`.
 */
export function fetchModels(
  name?: string,
  options?: CallOptions & { from?: string | Url | undefined; nonCommercial?: boolean | undefined },
): Promise<types.Fetched[]>;
