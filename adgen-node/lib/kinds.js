// What a value is, and what it is called in messages for people.
'use strict';

const { types } = require('node:util');

// More of a name or a place helps nobody.
const MOST_SHOWN = 80;

/** Objects that JSON.stringify would make something else of, and whose class says what they are. */
function isExotic(value) {
  const { isDate, isMap, isSet, isRegExp, isPromise, isAnyArrayBuffer, isNativeError, isBoxedPrimitive } = types;
  const is = [isDate, isMap, isSet, isRegExp, isPromise, isAnyArrayBuffer, isNativeError, isBoxedPrimitive];
  return is.some((test) => test(value)) || ArrayBuffer.isView(value);
}
exports.isExotic = isExotic;

/** What a value is, with its article. */
exports.kindOf = function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isUrl(value)) return `a URL (${value.protocol})`;
  if (typeof value === 'object' && isExotic(value)) return withArticle(value.constructor?.name || 'object');
  return withArticle(typeof value === 'bigint' ? 'BigInt' : typeof value);
};

const withArticle = (name) => `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;

/** A name or a place as messages have it. */
exports.shortened = function shortened(text) {
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  // What was cut through is no character.
  return shown.toWellFormed();
};

/** Whether it is an address, of whatever realm. */
function isUrl(value) {
  return Object.prototype.toString.call(value) === '[object URL]';
}
exports.isUrl = isUrl;

exports.isFileUrl = (value) => isUrl(value) && value.protocol === 'file:';
exports.isBytes = (value) => ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
