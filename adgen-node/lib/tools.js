// What needs no studio.
'use strict';

const { isDate } = require('node:util').types;
const { optional } = require('./arguments.js');
const convert = require('./convert.js');
const { desk } = require('./desk.js');
const { bytes } = require('./files.js');
const { isBytes, kindOf } = require('./kinds.js');
const { known } = require('./names.js');
const { guarded, native } = require('./native.js');

exports.version = function version() {
  return native().version();
};

exports.validate = function validate(project) {
  const { text } = convert.document(project);
  const problems = JSON.parse(guarded(() => native().validate(text)));
  const hint = convert.pathHint(project);
  return problems.map(({ path, message }) => ({ path, message: hint === undefined ? message : `${message} (${hint})` }));
};

exports.schema = function schema(of = 'project') {
  return JSON.parse(guarded(() => native().schema(String(of))));
};

exports.verifyWebhook = function verifyWebhook(secret, headers, body, options) {
  const { toleranceS = 300, now = new Date() } = known(options, ['toleranceS', 'now'], 'verifyWebhook');
  if (typeof secret !== 'string') throw new TypeError(`secret must be a string, not ${kindOf(secret)}`);
  if (!isBytes(body)) {
    const why = 'as they came: a text that was decoded and encoded may be another one';
    throw new TypeError(`body must be bytes ${why}, not ${kindOf(body)}`);
  }
  if (!isDate(now)) throw new TypeError(`now must be a Date, not ${kindOf(now)}`);
  const seconds = now.getTime() / 1000;
  return JSON.parse(guarded(() => native().verifyWebhook(secret, lowered(headers), bytes(body), seconds, Number(toleranceS))));
};

/** A request's headers by their names in lower case: of Node's, of Fetch's, or any pairs. */
function lowered(headers) {
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(`headers must be a request's headers, not ${kindOf(headers)}`);
  }
  const pairs = typeof headers[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers);
  const given = pairs.filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [String(name).toLowerCase(), String(value)]));
}

/** Asks adgen itself something that may take a while. */
async function tool(question, signal) {
  const json = convert.text(question, 'the question');
  return JSON.parse(await desk().ask((addon, id) => native().tool(addon, id, json), signal));
}

exports.webhookSecret = async function webhookSecret(options) {
  const { signal } = known(options, ['signal'], 'webhookSecret');
  return tool({ tool: 'webhook_secret' }, signal);
};

exports.doctor = async function doctor(options) {
  const { offline = false, signal } = known(options, ['offline', 'signal'], 'doctor');
  return tool({ tool: 'doctor', offline: Boolean(offline) }, signal);
};

exports.fetchModels = async function fetchModels(name, options) {
  const { from, nonCommercial = false, signal } = known(options, ['from', 'nonCommercial', 'signal'], 'fetchModels');
  optional('fetchModels', { name }, 'text');
  const question = { tool: 'fetch_models', non_commercial: Boolean(nonCommercial) };
  if (name !== undefined) question.name = name;
  if (from !== undefined) question.from = convert.path(from, 'from');
  return tool(question, signal);
};
