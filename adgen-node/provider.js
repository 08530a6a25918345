// Writing a planner, a video or audio provider, or a background remover in JavaScript: what its methods answer.
//
// Any object with the methods of a contract will do; index.d.ts has their types.
'use strict';

const { fileURLToPath } = require('node:url');
const { needed, optional } = require('./lib/arguments.js');
const { known } = require('./lib/names.js');

const FAILURES = ['generation_failed', 'content_rejected', 'cancelled', 'timeout'];

/** Who a provider is. `price` is as `types.Price` has it, `'unknown'`, or `'free'`: all limits of costs go by it, so it has to be said. */
exports.info = function info(name, model, price) {
  needed('info', { name, model }, 'text');
  if (!(price === 'free' || price === 'unknown' || (typeof price === 'object' && price !== null))) {
    throw new TypeError("info needs a price: 'free', 'unknown' or an object such as { per: 'second', usd: 0.02, as_of: '2026-11-01' }");
  }
  return { name, model, price: typeof price === 'string' ? { per: price } : price };
};

/** A job that is finished: its file on this machine (in the folder `context.scratch`), its address, or its bytes. */
exports.done = function done(made) {
  const { file, url, data, costUsd = 0, notes = [], metadata } = known(made, ['file', 'url', 'data', 'costUsd', 'notes', 'metadata'], 'done');
  needed('done', { costUsd }, 'amount');
  const given = [
    file !== undefined && { file: file instanceof URL ? fileURLToPath(file) : file },
    url !== undefined && { url: String(url) },
    data !== undefined && { bytes: data },
  ].filter(Boolean);
  if (given.length !== 1) throw new TypeError('done needs one of file, url and data');
  if (typeof data === 'string') throw new TypeError('data must be bytes, not a string');
  return { done: { content: given[0], cost_usd: costUsd, notes, metadata } };
};

/** A job under way, by the provider's name for it; asking again makes sense after so many milliseconds. */
exports.pending = function pending(job, options) {
  const { checkAfterMs = 1000, progress } = known(options, ['checkAfterMs', 'progress'], 'pending');
  needed('pending', { job }, 'text');
  needed('pending', { checkAfterMs }, 'number');
  optional('pending', { progress }, 'number');
  return { pending: { job, check_after_ms: Math.max(0, Math.round(checkAfterMs)), progress } };
};

/** A job that is over for good without a file. `kind`: generation_failed, content_rejected, cancelled or timeout. */
exports.failed = function failed(message, options) {
  const { kind = 'generation_failed', costUsd = 0, hint, retryable = false } = known(options, ['kind', 'costUsd', 'hint', 'retryable'], 'failed');
  needed('failed', { message }, 'text');
  needed('failed', { costUsd }, 'amount');
  needed('failed', { retryable }, 'flag');
  if (!FAILURES.includes(kind)) throw new TypeError(`kind of failed must be one of ${FAILURES.join(', ')}, not ${String(kind)}`);
  return { failed: { kind, message, cost_usd: costUsd, hint, retryable } };
};

/** A job was stopped, after it had cost so much. */
exports.stopped = function stopped(costUsd = 0) {
  needed('stopped', { costUsd }, 'amount');
  return { stopped: { cost_usd: costUsd } };
};

/** A job that was to be stopped had ended before. */
exports.alreadyOver = () => 'already_over';

/** A call whose answer was lost came through: this is its job. */
exports.found = (job) => ({ found: job });

/** A call whose answer was lost never came through. */
exports.absent = () => 'absent';

/** Nobody knows what became of a call whose answer was lost. */
exports.cannotTell = () => 'cannot_tell';
