// Trying an implementation of a contract: `(await testkit.video(provider, request)).expectPassed()` in a test of yours.
//
// A suite makes real jobs: against a paid service it costs what three small jobs cost, or two plans.
'use strict';

const convert = require('./lib/convert.js');
const { desk } = require('./lib/desk.js');
const { bytes } = require('./lib/files.js');
const { isBytes } = require('./lib/kinds.js');
const { known, snakeKeys } = require('./lib/names.js');
const { native } = require('./lib/native.js');
const { adapted } = require('./lib/providers.js');

const PLAIN = ['limitS', 'secrets', 'signal'];
const CASE = [...PLAIN, 'folder', 'doneAtOnce', 'refusesImages'];

/** What the checks of one implementation gave. */
class Report {
  constructor({ subject, checks, text }) {
    Object.assign(this, { subject, checks });
    // It says the same once more.
    Object.defineProperty(this, 'text', { value: text });
  }

  /** Whether no rule is broken. */
  get isPassed() {
    return this.failures.length === 0;
  }

  /** The rules that are broken. */
  get failures() {
    return this.checks.filter(({ verdict }) => verdict === 'failed');
  }

  /** Fails with the whole report where a rule is broken. */
  expectPassed() {
    if (this.isPassed) return;
    const { AssertionError } = require('node:assert');
    throw new AssertionError({ message: `${this.failures.length} rules are broken\n${this.text}` });
  }

  toString() {
    return this.text;
  }
}
exports.Report = Report;

exports.video = (provider, request, options) => withRequest('video', provider, request, options);
exports.audio = (provider, request, options) => withRequest('audio', provider, request, options);
exports.planner = (provider, request, options) => withRequest('planner', provider, request, options);

async function withRequest(role, provider, request, options) {
  const { signal, folder, ...rest } = known(options, CASE, `testkit.${role}`);
  const where = folder === undefined ? undefined : convert.path(folder, 'folder');
  return tried({ role, request, folder: where, ...snakeKeys(rest, `testkit.${role}`) }, provider, undefined, signal);
}

exports.remover = async function remover(provider, photo, options) {
  const { signal, ...rest } = known(options, PLAIN, 'testkit.remover');
  const { width, height, data } = photo;
  if (!isBytes(data) || data.byteLength !== width * height * 3) {
    throw new TypeError(`a photo of ${width}x${height} needs data of ${width * height * 3} bytes`);
  }
  return tried({ role: 'remover', ...snakeKeys(rest, 'testkit.remover') }, provider, photo, signal);
};

async function tried(trial, provider, photo, signal) {
  const json = convert.text(trial, 'the case');
  const objects = [adapted(trial.role, provider)];
  const data = photo && bytes(photo.data);
  const told = await desk().ask((addon, id) => {
    desk().withObjects(objects, ([object]) =>
      native().tryOut(addon, id, json, object, data, photo?.width ?? 0, photo?.height ?? 0),
    );
  }, signal);
  return new Report(JSON.parse(told));
}
