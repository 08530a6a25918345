// Names of options: JavaScript's are the JSON's in camelCase.
'use strict';

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** maxUsd is max_usd, wherever it stands; what is undefined is left out. */
exports.snakeKeys = function snakeKeys(value) {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  // Plain objects alone, those of another realm (a `vm` context, Jest's) among them.
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return value;
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(given.map(([name, entry]) => [snake(name), snakeKeys(entry)]));
};

/** A contract's name as a JavaScript object has it: coarse_mask is coarseMask. */
exports.camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** The options of a call, or those of a studio, whose names the core looks at: an option that nobody knows is an error rather
 * than nothing. */
exports.known = function known(options, names, what = 'Studio') {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${what} takes an object of options, not ${describe(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names && !names.includes(name)) throw new TypeError(`${what} has no option ${name}: ${names.join(', ')} are there`);
  }
  const { signal } = options;
  if (signal !== undefined && names && (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function')) {
    throw new TypeError(`the option signal of ${what} must be an AbortSignal, not ${describe(signal)}`);
  }
  return options;
};

const describe = (value) => (value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value);
