// What JavaScript has, as the JSON that the core reads.
//
// Strict where JSON is: what would come out as something else is an error that says where it stands. A field that is undefined is
// one that is missing.
'use strict';

const { existsSync } = require('node:fs');
const { dirname } = require('node:path');
const { fileURLToPath } = require('node:url');
const { InvalidConfig, InvalidProject, Unexpected } = require('./errors.js');
const { bytes, documentBytes, unread } = require('./files.js');
const { isBytes, isExotic, isFileUrl, isUrl, kindOf, shortened } = require('./kinds.js');
const { problemLine } = require('./problem.js');

// Documents are a handful of levels deep; the core's own bound is a hundred and more.
const DEEPEST = 100;

/** A document as text, and the folder in which its files lie where it is a file itself. */
exports.document = function document(project) {
  if (typeof project === 'string') return { text: project };
  if (isFileUrl(project)) {
    const path = fileURLToPath(project);
    try {
      return { text: documentBytes(path).toString('utf8').replace(/^\ufeff/, ''), beside: dirname(path) };
    } catch (error) {
      throw unread(error, 'the document', path);
    }
  }
  if (typeof project !== 'object' || project === null || Array.isArray(project) || isUrl(project)) {
    const why = isUrl(project) ? ': only file: URLs are read' : '';
    throw new TypeError(
      `project must be an object, JSON text or the file: URL of a document, not ${kindOf(project)}${why}`,
    );
  }
  return { text: text(project, 'the document', InvalidProject) };
};

/** What whoever wrote a path in a document's place is told; nothing where a text is none. */
exports.pathHint = function pathHint(project) {
  if (typeof project !== 'string' || project.length > 4096 || /[\n{]/.test(project) || isJson(project)) return undefined;
  if (!/\.json$/i.test(project) && !existsSync(project)) return undefined;
  return 'text is taken as JSON; a file is handed in as its file: URL, which pathToFileURL of node:url makes of a path';
};

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Strict JSON. What JSON has no word for is an error of `Refusal`'s, with its place. */
function text(value, what, Refusal = InvalidConfig) {
  return JSON.stringify(plain(value, '', { what, Refusal, above: new Set() }));
}
exports.text = text;

/** What a provider answered: bytes are Base64, and what is infinite is what nobody knows. */
exports.answer = function answer(value, what, Refusal = Unexpected) {
  return JSON.stringify(plain(value ?? null, '', { what, Refusal, above: new Set(), isAnswer: true }));
};

function plain(value, path, rules) {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refused(rules, path, 'holds half of a character (a lone surrogate)');
      return value;
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      if (rules.isAnswer && !Number.isNaN(value)) return null;
      throw refused(rules, path, `${value} is no number that JSON has`);
    case 'object':
      return value === null ? null : below(value, path, rules);
    default:
      throw other(value, path, rules);
  }
}

/** What an object holds. Those that are above it are remembered: one that holds itself has no end. */
function below(value, path, rules) {
  const { above } = rules;
  if (above.has(value)) throw refused(rules, path, 'is an object that holds itself');
  if (above.size > DEEPEST) throw refused(rules, path, `is nested more than ${DEEPEST} levels deep`);
  above.add(value);
  const made = object(value, path, rules);
  above.delete(value);
  return made;
}

function object(value, path, rules) {
  if (rules.isAnswer && isBytes(value)) return bytes(value).toString('base64');
  if (isUrl(value)) return isFileUrl(value) ? fileURLToPath(value) : value.href;
  if (Array.isArray(value)) return Array.from(value, (entry, at) => plain(entry, `${path}[${at}]`, rules));
  if (isExotic(value)) throw other(value, path, rules);
  if (typeof value.toJSON === 'function') return plain(value.toJSON(), path, rules);
  // Without a prototype, a field named __proto__ is a field.
  const made = Object.create(null);
  for (const [name, entry] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (!name.isWellFormed()) throw refused(rules, place, 'is a name that holds half of a character (a lone surrogate)');
    if (entry !== undefined) made[name] = plain(entry, place, rules);
  }
  return made;
}

function other(value, path, rules) {
  const it = path === '' ? 'it is' : 'is';
  return refused(rules, path, `${it} ${kindOf(value)}: objects, arrays, text, numbers, true, false and null are allowed`);
}

function refused({ what, Refusal }, path, message) {
  const problem = problemLine({ path: shortened(path), message });
  return new Refusal(`${what} cannot be written as JSON: ${problem}`, { context: [{ name: 'problem', value: problem }] });
}

/** A path of the file system, or the URL of one. */
exports.path = function path(value, name) {
  if (isFileUrl(value)) return fileURLToPath(value);
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a path or a file: URL, not ${kindOf(value)}`);
};

/** A path, or an address of whatever kind. */
exports.place = function place(value, name) {
  if (isFileUrl(value)) return fileURLToPath(value);
  if (isUrl(value)) return value.href;
  if (typeof value === 'string') return value;
  throw new TypeError(`${name} must be a path or a URL, not ${kindOf(value)}`);
};
