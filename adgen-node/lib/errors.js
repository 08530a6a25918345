// What can go wrong: a class for each kind, all of them AdgenError.
//
// Errors cross the border to Rust and back as data, and so they cross any other: toJSON() and AdgenError.fromJSON().
'use strict';

const { parseProblem } = require('./problem.js');

// More of a stack is of no use to anybody who reads an ad's report.
const MOST_STACK = 8_000;
// A chain of causes that is longer holds itself.
const MOST_CAUSES = 20;
// By it an error of another copy of this package is known.
const BRAND = Symbol.for('adgen.error');
// The line that a cause was told in.
const TOLD = Symbol('told');
// The message as other languages have it, beside the one that is shown.
const COUNTED = Symbol('counted');

/** Something failed. Decide by the class or by `code`, never by the message. */
class AdgenError extends Error {
  constructor(message = '', fields = {}) {
    super(message);
    const { hint, retryable, retryAfter, provider, model, requestId, spentUsd, possiblySpentUsd, context, operations } =
      fields;
    this.code = this.constructor.code;
    for (const [name, value] of Object.entries({ hint, provider, model, requestId, retryAfter })) {
      if (value !== undefined && value !== null) this[name] = value;
    }
    tell(this, 'retryable', Boolean(retryable) || this.retryAfter !== undefined);
    tell(this, 'spentUsd', spentUsd ?? 0);
    tell(this, 'possiblySpentUsd', possiblySpentUsd ?? 0);
    tell(this, 'context', [...(context ?? [])]);
    if (operations?.length > 0) this.operations = [...operations];
    if ('cause' in fields) hide(this, 'cause', fields.cause);
  }

  /** Every problem of a document or of options; empty for other failures. */
  get problems() {
    return this.context.filter(({ name }) => name === 'problem').map(({ value }) => parseProblem(value));
  }

  /** The error as JSON has it in events, states and other languages. */
  toJSON() {
    const { shown, message } = this[COUNTED] ?? {};
    const body = { code: this.code, message: this.message === shown ? message : this.message };
    const optional = { hint: this.hint, provider: this.provider, model: this.model, request_id: this.requestId };
    for (const [name, value] of Object.entries(optional)) if (value !== undefined) body[name] = String(value);
    body.retryable = this.retryable;
    if (this.retryAfter !== undefined) body.retry_after_ms = Math.max(0, Math.round(this.retryAfter * 1000));
    body.spent_usd = this.spentUsd;
    body.possibly_spent_usd = this.possiblySpentUsd;
    if (this.operations !== undefined) body.operations = this.operations;
    if (this.context.length > 0) body.context = this.context.map(({ name, value }) => ({ name, value: String(value) }));
    const causes = causesOf(this, (cause) => cause[TOLD] ?? lineOf(cause));
    if (causes.length > 0) body.causes = causes;
    return body;
  }

  /** The error that a body tells of, as `toJSON` and events have it, or its JSON. */
  static fromJSON(body) {
    return fromBody(typeof body === 'string' ? JSON.parse(body) : body, AdgenError.fromJSON);
  }
}
AdgenError.prototype.name = 'AdgenError';
AdgenError.prototype[BRAND] = true;
AdgenError.code = 'unexpected';

exports.AdgenError = AdgenError;

/** The class of each code. */
const KINDS = new Map();

/** A kind of errors. */
function kind(name, code) {
  const made = { [name]: class extends AdgenError {} }[name];
  made.prototype.name = name;
  made.code = code;
  KINDS.set(code, made);
  return made;
}

exports.InvalidProject = kind('InvalidProject', 'invalid_project');
exports.InvalidConfig = kind('InvalidConfig', 'invalid_config');
exports.InvalidInput = kind('InvalidInput', 'invalid_input');
exports.Unsupported = kind('Unsupported', 'unsupported');
exports.Unauthenticated = kind('Unauthenticated', 'unauthenticated');
exports.QuotaExceeded = kind('QuotaExceeded', 'quota_exceeded');
exports.RateLimited = kind('RateLimited', 'rate_limited');
exports.ContentRejected = kind('ContentRejected', 'content_rejected');
exports.GenerationFailed = kind('GenerationFailed', 'generation_failed');
exports.NotFound = kind('NotFound', 'not_found');
exports.Locked = kind('Locked', 'locked');
exports.Conflict = kind('Conflict', 'conflict');
exports.Timeout = kind('Timeout', 'timeout');
exports.Unavailable = kind('Unavailable', 'unavailable');
exports.OutcomeUnknown = kind('OutcomeUnknown', 'outcome_unknown');
exports.Cancelled = kind('Cancelled', 'cancelled');
exports.Media = kind('Media', 'media');
exports.Model = kind('Model', 'model');
exports.Io = kind('Io', 'io');
exports.FallbackDenied = kind('FallbackDenied', 'fallback_denied');
exports.Unexpected = kind('Unexpected', 'unexpected');

/** Cancelled by an `AbortSignal`: name and code are those of Node's own, `cause` is the signal's reason. */
class AbortError extends exports.Cancelled {
  constructor(message, fields) {
    super(message, fields);
    this.code = 'ABORT_ERR';
  }

  toJSON() {
    return { ...super.toJSON(), code: 'cancelled' };
  }
}
AbortError.prototype.name = 'AbortError';
exports.AbortError = AbortError;

/** The same as it looks where a signal has caused it; any other error is what it is. */
exports.byHand = function byHand(error, signal) {
  if (!signal?.aborted || error.code !== 'cancelled') return error;
  return aborted(signal, error, byHand);
};

/** What the abortion of a signal is, `error` being what came of that. */
function aborted(signal, error = {}, above = aborted) {
  const made = new AbortError('The operation was aborted', { ...error, cause: signal.reason });
  Error.captureStackTrace(made, above);
  return made;
}
exports.aborted = aborted;

/** The error of a body. Its stack begins with who called `above`. */
function fromBody(body, above = fromBody) {
  const { retry_after_ms: after, causes = [] } = body;
  const error = new (KINDS.get(body.code) ?? AdgenError)(body.message, {
    hint: body.hint,
    retryable: body.retryable,
    retryAfter: typeof after === 'number' ? after / 1000 : undefined,
    provider: body.provider,
    model: body.model,
    requestId: body.request_id,
    spentUsd: body.spent_usd,
    possiblySpentUsd: body.possibly_spent_usd,
    context: body.context,
    operations: body.operations,
  });
  // A newer version's, perhaps.
  if (typeof body.code === 'string') error.code = body.code;
  nameFirst(error);
  const chain = causes.slice(0, MOST_CAUSES).reduceRight((below, line) => cause(line, below), undefined);
  if (chain !== undefined) hide(error, 'cause', chain);
  Error.captureStackTrace(error, above);
  return error;
}
exports.fromBody = fromBody;

/** Names the first problem in a message that counts them: whoever catches an error often shows the message alone. */
function nameFirst(error) {
  const { message } = error;
  const [first, ...others] = error.context.filter(({ name }) => name === 'problem');
  if (first === undefined || !/ problems?$/.test(message)) return;
  error.message = `${message}${others.length > 0 ? ', the first of them' : ''}: ${first.value}`;
  hide(error, COUNTED, { shown: error.message, message });
}

/** What the addon threw: adgen's errors come as JSON. */
exports.thrown = function thrown(error, above) {
  if (error?.message?.startsWith('{"code":')) return fromBody(JSON.parse(error.message), above);
  if (error?.code === 'GenericFailure') {
    // A panic that napi caught.
    return new exports.Unexpected(error.message, { hint: 'this is a defect of adgen, please report it', cause: error });
  }
  return error;
};

/** What was thrown by a provider, as a body: adgen's own as it is, others by what they usually mean, with their stack. */
exports.toBody = function toBody(raised, signal) {
  // Nobody knows what was thrown, or what its properties do.
  try {
    const body = raised?.[BRAND] ? raised.toJSON() : foreign(raised, signal);
    const stacks = [stackOf(raised), ...causesOf(raised, stackOf)].filter((stack) => stack !== undefined);
    return { ...body, causes: [...(raised?.[BRAND] ? (body.causes ?? []) : []), ...stacks] };
  } catch (error) {
    return { code: 'unexpected', message: `something was thrown that cannot be told: ${lineOf(error)}` };
  }
};

function foreign(raised, signal) {
  // Whoever gives up for another reason is no sign that the run was cancelled.
  if (raised?.name === 'AbortError' && signal?.aborted) return { code: 'cancelled', message: 'the run was cancelled' };
  return { code: raised?.name === 'TimeoutError' ? 'timeout' : 'unexpected', message: lineOf(raised) };
}

function lineOf(raised) {
  if (!(raised instanceof Error) && typeof raised?.message !== 'string') {
    return `${typeof raised === 'object' ? 'an object' : String(raised)} was thrown, which is no Error`;
  }
  return raised.message ? `${raised.name ?? 'Error'}: ${raised.message}` : String(raised.name ?? 'Error');
}

function stackOf(raised) {
  return typeof raised?.stack === 'string' ? raised.stack.slice(0, MOST_STACK) : undefined;
}

/** What `told` tells of each cause, the nearest first. */
function causesOf(error, told) {
  const lines = [];
  for (let at = error?.cause; at !== undefined && at !== null && lines.length < MOST_CAUSES; at = at.cause) {
    lines.push(told(at));
  }
  return lines;
}

/** What was underneath, as an error; a stack is one again. */
function cause(line, below) {
  const made = new Error(line.split('\n', 1)[0]);
  hide(made, 'stack', line);
  hide(made, TOLD, line);
  if (below !== undefined) hide(made, 'cause', below);
  return made;
}

/** Sets what is always there, and shown where it says something. */
function tell(error, name, value) {
  if (value === false || value === 0 || value.length === 0) hide(error, name, value);
  else error[name] = value;
}

/** Sets what is not shown among the properties. */
function hide(error, name, value) {
  Object.defineProperty(error, name, { value, enumerable: false, writable: true, configurable: true });
}
