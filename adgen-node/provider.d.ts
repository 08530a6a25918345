import type * as types from './types';

type Awaitable<T> = T | PromiseLike<T>;
/** A value, or a method that gives it. It never changes while the program runs, and is read once. */
type Told<T> = T | (() => T);
/** The platform's `AbortSignal`, or what is needed of it where no types of a platform are there. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : { readonly aborted: boolean; readonly reason: unknown; addEventListener(type: 'abort', listener: () => void): void };
/** The platform's `URL`. */
export type Url = typeof globalThis extends { URL: { prototype: infer U } }
  ? U
  : { readonly href: string; readonly protocol: string };
/** Bytes: a `Buffer`, a `Uint8Array`, another view of bytes, or a buffer. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** What a provider is given with each call that may take its time. Everything here may be ignored. */
export interface Context {
  /** Aborted once nobody waits for the answer any more: give it to `fetch` and the like. */
  readonly signal: Signal;
  /** The seconds until the answer has to be there; `null` where it may take as long as it needs. */
  readonly remaining: number | null;
  /** A folder of the pipeline's own, for files that are made on this machine. It is there. */
  readonly scratch: string;
  /** Tells that the provider makes a call again by itself, in so many seconds. */
  retrying(attempt: number, wait: number, code: types.ErrorKind): void;
  /** To be called right before something is ordered: throws where the call is off. */
  checkWanted(): void;
}

/** Where a made file lies: on this machine, on the web, or in memory. */
export type Content = { file: string | Url } | { url: string | Url } | { bytes: Bytes | string };
/** A job: as `types.Generation`, with bytes as they are. */
export type Generation =
  | Exclude<types.Generation, { done: unknown }>
  | { done: Omit<types.Generated, 'content'> & { content: Content } };

/** Who plans ads. */
export interface Planner {
  readonly info: Told<types.ProviderInfo>;
  /** What a plan will cost, at once; by the price of `info` where it is not there. */
  estimate?(request: types.PlanRequest): types.CostRange;
  plan(request: types.PlanRequest, context: Context): Awaitable<types.Plan>;
}

interface Jobs<Request> {
  readonly info: Told<types.ProviderInfo>;
  /** Whether addresses that it gives may lie in private networks. */
  readonly givesPrivateUrls?: Told<boolean>;
  /** What a request will cost, at once; by the price of `info` where it is not there. */
  estimate?(request: Request): types.CostRange;
  /** Orders a job. */
  start(request: Request, context: Context): Awaitable<Generation>;
  /** How a job is. */
  check(job: types.JobId, context: Context): Awaitable<Generation>;
  /** Stops a job. */
  cancel(job: types.JobId, context: Context): Awaitable<types.Cancelled>;
  /** Looks for the job of a `start` whose answer was lost, among those since then that are nobody else's. */
  find?(request: Request, since: Date, known: types.JobId[], context: Context): Awaitable<types.Lookup>;
  /** Brings a file that lies on the web to a path. */
  fetch?(url: string, target: string, context: Context): Awaitable<void>;
}

/** Who makes moving backgrounds. */
export interface VideoProvider extends Jobs<types.VideoRequest> {
  /** What it can do, where that differs from what is usual for a service. */
  readonly capability?: Told<Partial<types.VideoCapability>>;
  /** What it really makes of a request, at once. */
  offer?(request: types.VideoRequest): types.VideoOffer;
}

/** Who makes music or speech. */
export interface AudioProvider extends Jobs<types.AudioRequest> {
  /** What it can do, where that differs from what is usual for a service. */
  readonly capability?: Told<Partial<types.AudioCapability>>;
  /** How many seconds it really makes of a request, at once. */
  offeredS?(request: types.AudioRequest): number;
}

/** A photo for a background remover: upright, sRGB. */
export interface Photo {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Red, green and blue, a byte each, row by row. */
  readonly data: Uint8Array;
}

/** Who cuts products out. */
export interface BackgroundRemover {
  readonly name: Told<string>;
  readonly version: Told<string>;
  /** The side of the pictures that its model sees, in pixels; 320 where it is not there. */
  readonly resolution?: Told<number>;
  /** The mask of a photo: a byte a pixel, 0 for what is cut away. */
  coarseMask(photo: Photo, context: { readonly signal: Signal }): Awaitable<Bytes>;
}

/** Who a provider is. `price` is as `types.Price` has it, `'unknown'`, or `'free'`: all limits of costs go by it. */
export function info(name: string, model: string, price: types.Price | 'unknown' | 'free'): types.ProviderInfo;

/** A job that is finished: its file on this machine (in the folder `context.scratch`), its address, or its bytes. */
export function done(
  made: ({ file: string | Url } | { url: string | Url } | { data: Bytes }) & {
    /** What was charged, in US dollars. */
    costUsd?: number | undefined;
    /** Wishes that were met differently. */
    notes?: string[] | undefined;
    metadata?: types.Metadata | undefined;
  },
): Generation;

/** A job under way, by the provider's name for it; asking again makes sense after so many milliseconds (1000). */
export function pending(
  job: types.JobId,
  options?: { checkAfterMs?: number | undefined; progress?: number | undefined },
): Generation;

/** A job that is over for good without a file. */
export function failed(
  message: string,
  options?: {
    kind?: 'generation_failed' | 'content_rejected' | 'cancelled' | 'timeout' | undefined;
    costUsd?: number | undefined;
    hint?: string | undefined;
    retryable?: boolean | undefined;
  },
): Generation;

/** A job was stopped, after it had cost so much. */
export function stopped(costUsd?: number): types.Cancelled;
/** A job that was to be stopped had ended before. */
export function alreadyOver(): types.Cancelled;
/** A call whose answer was lost came through: this is its job. */
export function found(job: types.JobId): types.Lookup;
/** A call whose answer was lost never came through. */
export function absent(): types.Lookup;
/** Nobody knows what became of a call whose answer was lost. */
export function cannotTell(): types.Lookup;
