import type { ErrorBody, Fact, Problem } from './types';

/** What an error tells beside its message. */
export interface ErrorFields {
  /** What to do next. */
  hint?: string | undefined;
  /** Whether the same may be tried again. */
  retryable?: boolean | undefined;
  /** After how many seconds, where that is known. */
  retryAfter?: number | undefined;
  /** Whose answer or silence it is. */
  provider?: string | undefined;
  /** Which of the provider's models was asked. */
  model?: string | undefined;
  /** The provider's own name of the call, for its support. */
  requestId?: string | undefined;
  /** What the failed work cost all the same, in US dollars. */
  spentUsd?: number | undefined;
  /** What it may have cost, which nobody knows, in US dollars. */
  possiblySpentUsd?: number | undefined;
  /** Further facts. */
  context?: readonly Fact[] | undefined;
  /** The operations during which it happened, the outermost first. */
  operations?: readonly string[] | undefined;
  /** What was underneath. */
  cause?: unknown;
}

/**
 * Something failed. Decide by the class or by `code`, never by the message.
 *
 * Throw a subclass in a provider of your own to say precisely what failed: the pipeline tries again, falls back or stops
 * accordingly. Between threads and processes, errors travel as `toJSON()` and `AdgenError.fromJSON()`: what Node itself clones
 * of an error is its message and stack alone.
 */
export class AdgenError extends Error {
  constructor(message?: string, fields?: ErrorFields);
  /** The code of this kind of failures. */
  static readonly code: string;
  /** The kind of failure, such as `rate_limited`: the same word in every language (`types.ErrorKind`). */
  readonly code: string;
  readonly hint?: string;
  readonly retryable: boolean;
  /** After how many seconds the same may be tried again, where that is known. */
  readonly retryAfter?: number;
  readonly provider?: string;
  readonly model?: string;
  readonly requestId?: string;
  readonly spentUsd: number;
  readonly possiblySpentUsd: number;
  readonly context: readonly Fact[];
  readonly operations?: readonly string[];
  /** What was underneath, whose own `cause` is what was below that. */
  cause?: unknown;
  /** Every problem of a document or of options; empty for other failures. */
  get problems(): Problem[];
  /** The error as JSON has it in events, states and other languages. */
  toJSON(): ErrorBody;
  /** The error that a body tells of, or its JSON: an instance of its kind. */
  static fromJSON(body: ErrorBody | string): AdgenError;
}

/** The document breaks a rule; `problems` lists each. */
export class InvalidProject extends AdgenError {}
/** A setting, an argument or an environment variable is wrong. */
export class InvalidConfig extends AdgenError {}
/** An input file is not what it should be: not an image, truncated, too large. */
export class InvalidInput extends AdgenError {}
/** The implementation cannot do what was asked. */
export class Unsupported extends AdgenError {}
/** A key is missing or was refused. */
export class Unauthenticated extends AdgenError {}
/** The account is out of credit or quota. */
export class QuotaExceeded extends AdgenError {}
/** Too many requests. */
export class RateLimited extends AdgenError {}
/** The provider refused the content. */
export class ContentRejected extends AdgenError {}
/** The provider accepted the job and failed at it. */
export class GenerationFailed extends AdgenError {}
/** A project, file, model or job is not there. */
export class NotFound extends AdgenError {}
/** Somebody else is working on the project. */
export class Locked extends AdgenError {}
/** Somebody else has saved the document since it was read. */
export class Conflict extends AdgenError {}
/** It took too long. */
export class Timeout extends AdgenError {}
/** A provider or the network on the way to it does not answer. */
export class Unavailable extends AdgenError {}
/** A paid call was made and its answer was lost: the job may be there, and may cost something. */
export class OutcomeUnknown extends AdgenError {}
/** Somebody cancelled the run. */
export class Cancelled extends AdgenError {}
/** Decoding, encoding or joining media failed. */
export class Media extends AdgenError {}
/** The matting model or its runtime is missing or failed. */
export class Model extends AdgenError {}
/** A storage or file system operation failed. */
export class Io extends AdgenError {}
/** A fallback would have been needed, and the project's policy denies it. */
export class FallbackDenied extends AdgenError {}
/** A defect of adgen, or of a provider that threw what nobody expects. */
export class Unexpected extends AdgenError {}

/** An `AbortSignal` cancelled it: as with Node's own, `name` is `AbortError`, `code` is `ABORT_ERR`, `cause` the signal's reason. */
export class AbortError extends Cancelled {
  readonly code: 'ABORT_ERR';
}
