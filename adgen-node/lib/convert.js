// What JavaScript has, as the JSON that the core reads.
//
// Strict where JSON is: what would come out as something else is an error that says where it stands. A field that is undefined is
// one that is missing.
'use strict';

const { readFileSync } = require('node:fs');
const { readFile } = require('node:fs/promises');
const { dirname } = require('node:path');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const { InvalidConfig, InvalidProject, Unexpected } = require('./errors.js');
const { problemLine } = require('./problem.js');

// Documents are a handful of levels deep; the core's own bound is a hundred and more.
const DEEPEST = 100;

/** A document as text, and the folder in which its files lie where it is a file itself. */
exports.document = function document(project) {
  if (typeof project === 'string') return { text: project };
  if (isFileUrl(project)) {
    const path = fileURLToPath(project);
    return { text: readFileSync(path, 'utf8').replace(/^\ufeff/, ''), beside: dirname(path) };
  }
  if (typeof project !== 'object' || project === null || Array.isArray(project)) {
    throw new TypeError(
      `project must be an object, JSON text or the file: URL of a document, not ${kindOf(project)}`,
    );
  }
  return { text: text(project, 'the document', InvalidProject) };
};

/** Strict JSON. What JSON has no word for is an error of `Refusal`'s, with its place. */
function text(value, what, Refusal = InvalidConfig) {
  return JSON.stringify(plain(value, '', { what, Refusal }, 0));
}
exports.text = text;

/** What a provider answered: bytes are Base64, and what is infinite is what nobody knows. */
exports.answer = function answer(value, what, Refusal = Unexpected) {
  return JSON.stringify(plain(value ?? null, '', { what, Refusal, isAnswer: true }, 0));
};

function plain(value, path, rules, depth) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      if (rules.isAnswer && !Number.isNaN(value)) return null;
      throw refused(rules, path, `${value} is no number that JSON has`);
    case 'object':
      return value === null ? null : object(value, path, rules, depth);
    default:
      throw refused(rules, path, `is ${kindOf(value)}: objects, arrays, text, numbers, true, false and null are allowed`);
  }
}

function object(value, path, rules, depth) {
  if (depth > DEEPEST) throw refused(rules, path, `is nested more than ${DEEPEST} levels deep, or holds itself`);
  if (rules.isAnswer && isBytes(value)) return bytes(value).toString('base64');
  if (isUrl(value)) return isFileUrl(value) ? fileURLToPath(value) : value.href;
  if (Array.isArray(value)) {
    return Array.from(value, (entry, at) => plain(entry, `${path}[${at}]`, rules, depth + 1));
  }
  const exotic = exoticKind(value);
  if (exotic !== undefined) {
    throw refused(rules, path, `is ${exotic}: objects, arrays, text, numbers, true, false and null are allowed`);
  }
  if (typeof value.toJSON === 'function') return plain(value.toJSON(), path, rules, depth + 1);
  // Without a prototype, a field named __proto__ is a field.
  const made = Object.create(null);
  for (const [name, entry] of Object.entries(value)) {
    if (entry !== undefined) made[name] = plain(entry, path === '' ? name : `${path}.${name}`, rules, depth + 1);
  }
  return made;
}

/** An object that JSON.stringify would make something else of. */
function exoticKind(value) {
  const { isDate, isMap, isSet, isRegExp, isPromise, isAnyArrayBuffer, isNativeError, isBoxedPrimitive } = types;
  const is = [isDate, isMap, isSet, isRegExp, isPromise, isAnyArrayBuffer, isNativeError, isBoxedPrimitive];
  if (!is.some((test) => test(value)) && !ArrayBuffer.isView(value)) return undefined;
  return a(value.constructor?.name ?? 'object');
}

function refused({ what, Refusal }, path, message) {
  const problem = problemLine({ path, message });
  return new Refusal(`${what} is no JSON: ${problem}`, { context: [{ name: 'problem', value: problem }] });
}

function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value;
}
exports.kindOf = kindOf;

const a = (name) => `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;

/** Whether it is an address, of whatever realm. */
function isUrl(value) {
  return Object.prototype.toString.call(value) === '[object URL]';
}

function isFileUrl(value) {
  return isUrl(value) && value.protocol === 'file:';
}

/** A path of the file system, or the URL of one. */
exports.path = function path(value, name) {
  if (isFileUrl(value)) return fileURLToPath(value);
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a path or a file: URL, not ${kindOf(value)}`);
};

function isBytes(value) {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** The bytes of a view or a buffer; nothing is copied but what another thread could change. */
function bytes(value) {
  if (!ArrayBuffer.isView(value)) value = new Uint8Array(value);
  const seen = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return types.isSharedArrayBuffer(value.buffer) ? Buffer.from(seen) : seen;
}
exports.isBytes = isBytes;
exports.bytes = bytes;

/** Files that are handed in: bytes, or whatever has them to read. */
exports.fileBytes = async function fileBytes(files) {
  const given = Object.create(null);
  if (files === undefined || files === null) return given;
  if (typeof files !== 'object') throw new TypeError(`files must be an object or a Map, not ${kindOf(files)}`);
  for (const [name, content] of files instanceof Map ? files : Object.entries(files)) {
    given[name] = await read(content, name);
  }
  return given;
};

async function read(content, name) {
  if (isBytes(content)) return bytes(content);
  if (isFileUrl(content)) return readFile(content);
  if (content instanceof Blob) return Buffer.from(await content.arrayBuffer());
  if (typeof content?.[Symbol.asyncIterator] === 'function') return require('node:stream/consumers').buffer(content);
  const allowed = 'bytes, a Blob, a stream or a file: URL';
  throw new TypeError(`file ${JSON.stringify(name)} must be ${allowed}, not ${kindOf(content)}`);
}
