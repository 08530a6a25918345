// What a provider is given with each call that may take its time.
'use strict';

const { guarded } = require('./native.js');

/** Whether the call is still wanted, until when, and where files may go. Everything here may be ignored. */
exports.Context = class Context {
  #native;
  #signal;

  constructor(native, signal) {
    this.#native = native;
    this.#signal = signal;
  }

  /** Aborted once nobody waits for the answer any more: give it to `fetch` and the like. */
  get signal() {
    return this.#signal;
  }

  /** The seconds until the answer has to be there; `null` where it may take as long as it needs. */
  get remaining() {
    return this.#native.remaining ?? null;
  }

  /** A folder of the pipeline's own, for files that are made on this machine. It is there. */
  get scratch() {
    return this.#native.scratch;
  }

  /** Tells that the provider makes a call again by itself, in so many seconds. */
  retrying(attempt, wait, code) {
    guarded(() => this.#native.retrying(attempt, wait, code));
  }

  /** To be called right before something is ordered: throws where the call is off. */
  checkWanted() {
    guarded(() => this.#native.checkWanted());
  }
};
