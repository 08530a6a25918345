// Providers that are written in JavaScript: an object's methods, sync or async, as the core calls them.
//
// A method has the contract's name in camelCase, and its parameters in the contract's order; those that may take their time are
// given a context as the last one. What says who a provider is never changes: it is read once.
'use strict';

const convert = require('./convert.js');
const { Context } = require('./context.js');
const { InvalidConfig, Unexpected } = require('./errors.js');
const { bytes } = require('./files.js');
const { isBytes, kindOf } = require('./kinds.js');
const { camel } = require('./names.js');

const JOBS = {
  properties: ['info', 'capability', 'gives_private_urls'],
  needed: ['info', 'start', 'check', 'cancel'],
};
const CONTRACTS = {
  planner: { properties: ['info'], methods: ['estimate', 'plan'], needed: ['info', 'plan'] },
  video: { ...JOBS, methods: ['estimate', 'offer', 'start', 'check', 'cancel', 'find', 'fetch'] },
  audio: { ...JOBS, methods: ['estimate', 'offered_s', 'start', 'check', 'cancel', 'find', 'fetch'] },
  remover: {
    properties: ['name', 'version', 'resolution'],
    methods: ['coarse_mask'],
    needed: ['name', 'version', 'coarse_mask'],
  },
};
/** The parameters of each method, in the contract's order. */
const PARAMETERS = {
  plan: ['request'],
  estimate: ['request'],
  offer: ['request'],
  offered_s: ['request'],
  start: ['request'],
  check: ['job'],
  cancel: ['job'],
  find: ['request', 'since', 'known'],
  fetch: ['url', 'target'],
};
/** Parts of a studio that may be objects of JavaScript's. */
exports.ROLES = Object.keys(CONTRACTS);

/** An object with the methods of a contract. */
class Adapter {
  #role;
  #provider;

  constructor(role, provider) {
    const { needed } = CONTRACTS[role];
    if ((typeof provider !== 'object' && typeof provider !== 'function') || provider === null) {
      throw new InvalidConfig(`the ${role} must be an object with the methods of a contract, not ${kindOf(provider)}`);
    }
    const missing = needed.map(camel).filter((name) => provider[name] === undefined);
    if (missing.length > 0) {
      throw new InvalidConfig(`the ${role} ${nameOf(provider)} lacks ${missing.join(', ')}`, {
        hint: `it needs ${needed.map(camel).join(', ')}; docs/node.md shows one`,
      });
    }
    this.#role = role;
    this.#provider = provider;
  }

  /** The object as Rust has it. */
  describe(id) {
    const { properties, methods } = CONTRACTS[this.#role];
    const told = {};
    for (const name of properties) {
      const value = this.#property(camel(name));
      if (value !== undefined) told[name] = value;
    }
    return {
      id,
      role: this.#role,
      methods: methods.filter((name) => typeof this.#provider[camel(name)] === 'function'),
      properties: convert.answer(told, `what the ${this.#role} says of itself`, InvalidConfig),
      shown: nameOf(this.#provider),
    };
  }

  #property(name) {
    const value = this.#provider[name];
    const told = typeof value === 'function' ? value.call(this.#provider) : value;
    if (typeof told?.then === 'function') {
      void Promise.resolve(told).catch(() => {});
      throw new InvalidConfig(`the ${this.#role}'s ${name} must be known at once: it cannot be a promise`);
    }
    return told;
  }

  /** Answers a question: with `json` or `bytes`, at once where no context is given. */
  reply({ method, arguments: json, context, photo }, signal) {
    const name = camel(method);
    if (photo) return this.#mask(name, photo, signal);
    const named = JSON.parse(json);
    // The one thing that JSON has no word for.
    if (named.since !== undefined) named.since = new Date(named.since * 1000);
    const given = PARAMETERS[method].map((parameter) => named[parameter]);
    if (context) return this.#call(name, [...given, new Context(context, signal)]);
    const value = this.#provider[name](...given);
    if (typeof value?.then === 'function') {
      void Promise.resolve(value).catch(() => {});
      throw new Unexpected(`${name} must answer at once: it cannot be async`);
    }
    return { json: this.#told(name, value) };
  }

  async #call(name, given) {
    return { json: this.#told(name, await this.#provider[name](...given)) };
  }

  async #mask(name, { width, height, data }, signal) {
    const mask = await this.#provider[name]({ width, height, data }, { signal });
    if (!isBytes(mask) || (mask.BYTES_PER_ELEMENT ?? 1) !== 1) {
      throw new Unexpected(`a mask must be a Uint8Array, 0 to 255 a pixel, not ${mask?.constructor?.name ?? mask}`);
    }
    return { bytes: bytes(mask) };
  }

  #told(name, value) {
    return convert.answer(value, `the ${this.#role}'s answer to ${name}`);
  }
}

/** The provider as the desk asks it. Fails with `InvalidConfig` where it lacks a method. */
exports.adapted = (role, provider) => new Adapter(role, provider);

/** Adapters of the providers among options. */
exports.adaptedOf = (options) =>
  Object.entries(options)
    .filter(([role, provider]) => role in CONTRACTS && provider !== undefined && provider !== null)
    .map(([role, provider]) => new Adapter(role, provider));

/** What an object is called in logs and reports: none of what it holds. */
function nameOf(provider) {
  const name = typeof provider === 'function' ? provider.name : provider.constructor?.name;
  return name || 'object';
}
