// Files that are handed in: bytes, or whatever has them to read.
//
// All are read at the same time, for a stream that nobody listens to may end the program by its error. Where one fails, or nobody
// wants them any more, the others are let go.
'use strict';

const { constants, closeSync, fstatSync, openSync, readSync } = require('node:fs');
const { open: openFile } = require('node:fs/promises');
const { fileURLToPath } = require('node:url');
const { types } = require('node:util');
const { AdgenError, InvalidInput, Io, NotFound, aborted } = require('./errors.js');
const { isBytes, isFileUrl, kindOf, shortened } = require('./kinds.js');
const { listen } = require('./signals.js');

/** Bytes of a file that is handed in, at most. */
const MOST_FILE = 1 << 30;
/** Bytes of a document, at most: the core's own bound. */
const MOST_DOCUMENT = 4 << 20;
// What is read at once.
const PIECE = 1 << 20;
// Opening a pipe without it waits for whoever writes to it.
const WAY_IN = constants.O_RDONLY | constants.O_NONBLOCK;

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

/** Fails for what is no file, and for one that is too large to be of use: before it is read. */
function expectFile(found, what, path, most) {
  const context = [{ name: 'file', value: path }];
  // Of a folder the system says it itself.
  if (!found.isFile() && !found.isDirectory()) throw new InvalidInput(`${what} is no file`, { context });
  if (found.size > most) throw tooLarge(what, `${found.size} bytes`, most, context);
}

function tooLarge(what, size, most, context) {
  return new InvalidInput(`${what} has ${size}: at most ${most} bytes are read`, { context });
}

/** What a document's file holds. */
exports.documentBytes = function documentBytes(path) {
  const file = openSync(path, WAY_IN);
  try {
    expectFile(fstatSync(file), 'the document', path, MOST_DOCUMENT);
    const all = Buffer.alloc(MOST_DOCUMENT + 1);
    let length = 0;
    for (let more; length < all.length && (more = readSync(file, all, length, all.length - length)) > 0; ) length += more;
    if (length > MOST_DOCUMENT) throw tooLarge('the document', 'grown', MOST_DOCUMENT);
    return all.subarray(0, length);
  } finally {
    closeSync(file);
  }
};

/** What a file holds, until nobody wants it any more. */
function ofPath(path, what) {
  let file;
  return {
    async read() {
      file = await openFile(path, WAY_IN);
      try {
        expectFile(await file.stat(), what, path, MOST_FILE);
        return await pieces(async () => {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
          return { value: buffer.subarray(0, bytesRead), done: bytesRead === 0 };
        }, what);
      } finally {
        await file.close();
      }
    },
    leave: () => file?.close(),
  };
}

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
  const { read, leave = () => {} } = path === undefined ? way(content, what) : ofPath(path, what);
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

function way(content, what) {
  if (isBytes(content)) return { read: () => content };
  // What a server says of a failure is no file.
  if (content.ok === false && Number.isInteger(content.status)) {
    return {
      read() {
        throw new InvalidInput(`${what} is an answer with the status ${content.status}`, { hint: 'look at response.ok first' });
      },
      leave: () => content.body?.cancel?.(),
    };
  }
  if (content.readableDidRead === true || content.bodyUsed === true || content.locked === true) {
    return {
      read() {
        throw new InvalidInput(`${what} was read before: a stream is read once`);
      },
    };
  }
  // A response that comes in bit by bit can be left, as a stream.
  if (has(content, 'arrayBuffer')) {
    return has(content.body, 'getReader') ? webStream(content.body, what) : { read: () => content.arrayBuffer() };
  }
  return has(content, 'getReader') ? webStream(content, what) : iterable(content, what);
}

function webStream(stream, what) {
  let reader;
  return {
    read() {
      reader = stream.getReader();
      return pieces(() => reader.read(), what);
    },
    leave: () => (reader ?? stream).cancel(),
  };
}

function iterable(content, what) {
  let iterator;
  return {
    read() {
      iterator = content[Symbol.asyncIterator]();
      return pieces(() => iterator.next(), what);
    },
    // Without an error: nobody may be listening for one.
    leave: () => (has(content, 'destroy') ? content.destroy() : iterator?.return?.()),
  };
}

async function pieces(next, what) {
  const all = [];
  for (let length = 0; ; ) {
    const { value, done } = await next();
    if (done) return all;
    all.push(value);
    length += value?.byteLength ?? 0;
    if (length > MOST_FILE) throw tooLarge(what, 'no end so far', MOST_FILE);
  }
}

/** The same, given up once the signal is aborted. */
function heeding(work, signal) {
  return new Promise((resolve, reject) => {
    const end = listen(signal, () => reject(aborted(signal)));
    work.then(resolve, reject).finally(end);
  });
}
