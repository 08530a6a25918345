// What a JavaScript program sees. CommonJS, because both `require` and `import { … }` work with it: Node finds the
// names of `exports.name = …` for `import` without running the file.
'use strict';

const native = load();

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

/** The addon that was built for this platform. */
function load() {
  const file = `./adgen.${process.platform}-${process.arch}.node`;
  try {
    return require(file);
  } catch (cause) {
    const why = cause.code === 'MODULE_NOT_FOUND' ? 'it is not there; `npm run build` makes it' : cause.message;
    throw new Error(`adgen cannot load its addon ${file.slice(2)}: ${why}`, { cause });
  }
}
