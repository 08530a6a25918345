// Files that are handed in: bytes, or whatever has them to read.
//
// All are read at the same time, for a stream that nobody listens to may end the program by its error. Where one fails, or nobody
// wants them any more, the others are let go.
'use strict';

const { readFile } = require('node:fs/promises');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const { AdgenError, Io, NotFound, aborted } = require('./errors.js');
const { isBytes, isFileUrl, kindOf, shortened } = require('./kinds.js');
const { listen } = require('./signals.js');

/** The bytes of a view or a buffer; nothing is copied but what another thread could change. */
function bytes(value) {
  if (!ArrayBuffer.isView(value)) value = new Uint8Array(value);
  const seen = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return types.isSharedArrayBuffer(value.buffer) ? Buffer.from(seen) : seen;
}
exports.bytes = bytes;

/** What Node could not read, as an error of adgen's. */
exports.unread = function unread(error, what, path) {
  if (error instanceof AdgenError) return error;
  const Kind = error?.code === 'ENOENT' ? NotFound : Io;
  const context = path === undefined ? [] : [{ name: 'file', value: path }];
  return new Kind(`${what} cannot be read: ${error?.message ?? kindOf(error)}`, { context, cause: error });
};

/** The bytes of all files by their names. */
exports.fileBytes = async function fileBytes(files, signal) {
  const given = Object.create(null);
  if (files === undefined || files === null) return given;
  if (typeof files !== 'object' || isBytes(files)) throw new TypeError(`files must be an object or a Map, not ${kindOf(files)}`);
  const named = [...(types.isMap(files) ? files : Object.entries(files))];
  for (const [name, content] of named) check(name, content);
  const opened = named.map(([name, content]) => open(name, content));
  try {
    if (signal?.aborted) throw aborted(signal);
    const read = await heeding(Promise.all(opened.map(({ read }) => read())), signal);
    named.forEach(([name], at) => (given[name] = read[at]));
    return given;
  } catch (error) {
    opened.forEach(({ leave }) => leave());
    throw error;
  }
};

const has = (content, method) => typeof content?.[method] === 'function';

function check(name, content) {
  if (typeof name !== 'string') throw new TypeError(`the name of a file must be a string, not ${kindOf(name)}`);
  if (isBytes(content) || isFileUrl(content)) return;
  if (typeof content === 'object' && ['arrayBuffer', 'getReader', Symbol.asyncIterator].some((method) => has(content, method))) return;
  const allowed = 'bytes, a Blob, a Response, a stream or a file: URL';
  throw new TypeError(`file ${JSON.stringify(shortened(name))} must be ${allowed}, not ${kindOf(content)}`);
}

/** A file that can be read, once, and left at any time. */
function open(name, content) {
  const what = `the file ${JSON.stringify(shortened(name))}`;
  const path = isFileUrl(content) ? fileURLToPath(content) : undefined;
  const { read, leave = () => {} } = path === undefined ? way(content) : { read: () => readFile(path) };
  return {
    async read() {
      let got;
      try {
        got = await read();
      } catch (error) {
        throw exports.unread(error, what, path);
      }
      return whole(got, what);
    },
    // Nobody waits for how that ends.
    leave: () => void Promise.resolve().then(leave).catch(() => {}),
  };
}

/** What was read, piece by piece or at once. */
function whole(got, what) {
  for (const piece of Array.isArray(got) ? got : [got]) {
    if (!isBytes(piece)) throw new TypeError(`${what} must be read as bytes: it gave ${kindOf(piece)}`);
  }
  return Array.isArray(got) ? Buffer.concat(got.map(bytes)) : bytes(got);
}

function way(content) {
  if (isBytes(content)) return { read: () => content };
  // A response that comes in bit by bit can be left, as a stream.
  if (has(content, 'arrayBuffer')) {
    return has(content.body, 'getReader') ? webStream(content.body) : { read: () => content.arrayBuffer() };
  }
  return has(content, 'getReader') ? webStream(content) : iterable(content);
}

function webStream(stream) {
  let reader;
  return {
    read() {
      reader = stream.getReader();
      return pieces(() => reader.read());
    },
    leave: () => (reader ?? stream).cancel(),
  };
}

function iterable(content) {
  let iterator;
  return {
    read() {
      iterator = content[Symbol.asyncIterator]();
      return pieces(() => iterator.next());
    },
    // Without an error: nobody may be listening for one.
    leave: () => (has(content, 'destroy') ? content.destroy() : iterator?.return?.()),
  };
}

async function pieces(next) {
  const all = [];
  for (;;) {
    const { value, done } = await next();
    if (done) return all;
    all.push(value);
  }
}

/** The same, given up once the signal is aborted. */
function heeding(work, signal) {
  return new Promise((resolve, reject) => {
    const end = listen(signal, () => reject(aborted(signal)));
    work.then(resolve, reject).finally(end);
  });
}
