// What a JavaScript program sees. CommonJS, because both `require` and `import { … }` work with it: Node finds the
// names of `exports.name = …` for `import` without running the file.
'use strict';

const native = require('./native.js');

exports.version = function version() {
  return native.version();
};

exports.validate = function validate(project) {
  return native.validate(toJson(project));
};

/** The document as text. */
function toJson(project) {
  if (typeof project === 'string') return project;
  const isObject = typeof project === 'object' && project !== null && !Array.isArray(project);
  // An object whose toJSON() returns undefined is no JSON either.
  const json = isObject ? JSON.stringify(project) : undefined;
  if (json === undefined) {
    const kind = project === null ? 'null' : Array.isArray(project) ? 'an array' : typeof project;
    throw new TypeError(`project must be a string of JSON or an object, not ${kind}`);
  }
  return json;
}
