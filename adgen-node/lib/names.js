// Names of options: JavaScript's are the JSON's in camelCase.
'use strict';

const { fromBody } = require('./errors.js');
const { kindOf, shortened } = require('./kinds.js');

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** A contract's name as a JavaScript object has it: coarse_mask is coarseMask. */
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
exports.camel = camel;

/** maxUsd is max_usd, wherever it stands; what is undefined is left out. A name of the JSON's own is refused. */
exports.snakeKeys = function snakeKeys(value, what, place = '') {
  if (Array.isArray(value)) return value.map((entry, at) => snakeKeys(entry, what, `${place}[${at}]`));
  if (typeof value !== 'object' || value === null) return value;
  // Plain objects alone, those of another realm (a `vm` context, Jest's) among them.
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return value;
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    given.map(([name, entry]) => {
      const path = place === '' ? name : `${place}.${name}`;
      if (camel(name) !== name) throw new TypeError(`${what} has no option ${shortened(path)}: ${shortened(camel(name))} is its name`);
      return [snake(name), snakeKeys(entry, what, path)];
    }),
  );
};

/** The options of a call, or those of a studio, whose names the core looks at: an option that nobody knows is an error rather
 * than nothing. */
exports.known = function known(options, names, what = 'Studio') {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${what} takes an object of options, not ${kindOf(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!names || names.includes(name)) continue;
    const right = names.includes(camel(name)) ? `${camel(name)} is its name` : `${names.join(', ')} are there`;
    throw new TypeError(`${what} has no option ${shortened(name)}: ${right}`);
  }
  const { signal } = options;
  if (signal !== undefined && names && (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function')) {
    throw new TypeError(`the option signal of ${what} must be an AbortSignal, not ${kindOf(signal)}`);
  }
  return options;
};

/** What the core says of options, with the names that JavaScript has for them: those that the JSON Schema has which `schema` gives. */
exports.inCamel = function inCamel(error, schema) {
  if (error?.code !== 'invalid_config') return error;
  const names = new Set(namesOf(schema()));
  const told = (text) => text.replace(/"(?:[^"\\]|\\.)*"|\b[a-z]+(?:_[a-z]+)+\b/g, (word) => (names.has(word) ? camel(word) : word));
  const body = error.toJSON();
  const context = body.context?.map(({ name, value }) => {
    if (name !== 'problem') return { name, value };
    // A path is made of names, whether they are known or not.
    const [, path, message] = /^([\w.[\]]+)(: .*)$/s.exec(value) ?? [undefined, '', value];
    return { name, value: camel(path) + told(message) };
  });
  return fromBody({ ...body, message: told(body.message), hint: body.hint && told(body.hint), context }, inCamel);
};

/** Every name of a field in a JSON Schema. */
function namesOf(schema) {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = Array.isArray(schema) ? [] : Object.keys(schema.properties ?? {});
  return [...own, ...Object.values(schema).flatMap(namesOf)];
}
