// The arguments of verbs: what is of another kind is told in JavaScript's words, before anything is asked.
'use strict';

const { kindOf, shortened } = require('./kinds.js');

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const isWhole = (least) => (value) => Number.isSafeInteger(value) && value >= least;

const KINDS = {
  text: [(value) => typeof value === 'string', 'a string'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  number: [isNumber, 'a number'],
  count: [isWhole(0), 'a whole number, 0 or more'],
  size: [isWhole(1), 'a whole number, 1 or more'],
  amount: [(value) => isNumber(value) && value >= 0, 'an amount in US dollars, 0 or more'],
  seconds: [(value) => isNumber(value) && value >= 0, 'a number of seconds, 0 or more'],
  object: [(value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object'],
};

/** Fails with a `TypeError` where an argument is of another kind: `kinds` says by its name which one is needed. */
function needed(verb, given, kinds) {
  for (const [name, value] of Object.entries(given)) {
    const [isOne, words] = KINDS[kinds[name] ?? kinds];
    if (!isOne(value)) throw new TypeError(`${name} of ${verb} must be ${words}, not ${shown(value)}`);
  }
}
exports.needed = needed;

/** The same for what may be left out. */
exports.optional = function optional(verb, given, kinds) {
  needed(verb, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), kinds);
};

function shown(value) {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? JSON.stringify(shortened(value)) : kindOf(value);
}
