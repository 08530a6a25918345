// JavaScript's end of the desk: what other threads tell comes in here, one message after the other.
//
// The addon's thread-safe function does not keep the program alive. What does is whoever waits: hold() and letGo() count them.
'use strict';

const { byHand, aborted, fromBody, toBody } = require('./errors.js');
const { guarded, native } = require('./native.js');
const { listen } = require('./signals.js');

class Desk {
  #native = new (native().Desk)((kind, id, given) => this.#hear(kind, id, given));
  #last = 0;
  #held = 0;
  /** Who waits for work. */
  #waiting = new Map();
  /** Adapted providers and listeners, until nobody in Rust has them any more. */
  #kept = new Map();
  /** Calls of providers under way. */
  #calls = new Map();

  /** Keeps the program alive. */
  hold() {
    if (this.#held++ === 0) this.#native.hold();
  }

  /** Does not any more. */
  letGo() {
    if (--this.#held === 0) this.#native.letGo();
  }

  #number() {
    this.#last = (this.#last % 0xffff_ffff) + 1;
    return this.#last;
  }

  /** Has work done that `start` starts, given the addon's desk and a number; gives how it ended, and never fails. */
  end(start, signal) {
    const id = this.#number();
    const told = new Promise((resolve) => this.#waiting.set(id, resolve));
    try {
      guarded(() => start(this.#native, id));
    } catch (error) {
      this.#waiting.delete(id);
      throw error;
    }
    if (signal === undefined) return told;
    return told.finally(listen(signal, () => this.#native.giveUp(id)));
  }

  /** Has work done, and gives what came of it. */
  async ask(start, signal) {
    if (signal?.aborted) throw aborted(signal);
    this.hold();
    try {
      const { body, given } = await this.end(start, signal);
      if (body !== undefined) throw byHand(fromBody(JSON.parse(body)), signal);
      return given;
    } finally {
      this.letGo();
    }
  }

  /** Keeps an adapted provider or a listener; gives its number. */
  keep(object) {
    const id = this.#number();
    this.#kept.set(id, object);
    return id;
  }

  /** Forgets it, where Rust never had it. */
  forget(id) {
    this.#kept.delete(id);
  }

  /** Makes something of Rust's that has `objects`, adapted providers. */
  withObjects(objects, make) {
    const numbers = objects.map((object) => this.keep(object));
    try {
      const described = objects.map((object, at) => object.describe(numbers[at]));
      return guarded(() => make(described, this.#native));
    } catch (error) {
      numbers.forEach((id) => this.forget(id));
      throw error;
    }
  }

  #hear(kind, id, given) {
    // Nobody could catch what is thrown here.
    try {
      if (kind === 'done') this.#settle(id, { given });
      else if (kind === 'failed') this.#settle(id, { body: given });
      else if (kind === 'ask') void this.#answer(id, given);
      else if (kind === 'abandon') this.#calls.get(id)?.abort();
      else if (kind === 'release') this.#kept.delete(id);
      else if (kind === 'event') this.#kept.get(id)?.(given);
    } catch (error) {
      warn(`a message of adgen's own (${kind}) was not understood`, error);
    }
  }

  #settle(id, end) {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(end);
  }

  async #answer(id, asked) {
    const controller = new AbortController();
    this.#calls.set(id, controller);
    try {
      const object = this.#kept.get(asked.host);
      // What takes its time is awaited, everything else is answered before anything else happens.
      const reply = object.reply(asked, controller.signal);
      const { json, bytes } = typeof reply.then === 'function' ? await reply : reply;
      this.#native.answer(id, undefined, json, bytes);
    } catch (error) {
      this.#native.answer(id, JSON.stringify(toBody(error, controller.signal)));
    } finally {
      this.#calls.delete(id);
    }
  }
}

let only;
/** The desk of this environment: made when it is first needed. */
exports.desk = () => (only ??= new Desk());

/** Tells of what went wrong where nobody can be told otherwise. */
function warn(message, error) {
  process.emitWarning(message, { type: 'AdgenWarning', detail: String(error?.stack ?? error) });
}
exports.warn = warn;
