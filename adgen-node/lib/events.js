// Events, as they come: an iterator that can be left at any time.
'use strict';

const { aborted } = require('./errors.js');
const { listen } = require('./signals.js');

// So many events are fetched together where they are there.
const MOST = 256;
const END = Object.freeze({ value: undefined, done: true });

/** An event as programs see it: what it is lies beside whose it is. */
function eventOf(json) {
  const record = JSON.parse(json);
  const seen = {};
  // Field by field: spreading takes ten times as long, and there are thousands of events.
  for (const name in record) if (name !== 'event') seen[name] = record[name];
  for (const name in record.event) seen[name] = record.event[name];
  return seen;
}
exports.eventOf = eventOf;

exports.EventIterator = class EventIterator {
  #desk;
  #open;
  #events;
  #signal;
  #batch = [];
  #at = 0;
  #turn = Promise.resolve();
  #isOver = false;
  #leaves = new AbortController();

  /** `open` gives the addon's events when they are first wanted. */
  constructor(desk, open, signal) {
    this.#desk = desk;
    this.#open = open;
    this.#signal = signal;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** The next event; calls that come before it is there are answered in their order. */
  next() {
    const next = this.#turn.then(() => this.#next());
    this.#turn = next.then(
      () => {},
      () => {},
    );
    return next;
  }

  async #next() {
    if (!this.#isOver && this.#at === this.#batch.length) await this.#fetch();
    if (this.#isOver) return END;
    return { value: eventOf(this.#batch[this.#at++]), done: false };
  }

  async #fetch() {
    if (this.#signal?.aborted) {
      this.#isOver = true;
      throw aborted(this.#signal);
    }
    const end = listen(this.#signal, () => this.#leaves.abort());
    try {
      const { signal } = this.#leaves;
      this.#events ??= await this.#open(signal);
      this.#batch = await this.#desk.ask((_, id) => this.#events.next(id, MOST), signal);
      this.#at = 0;
      this.#isOver ||= this.#batch.length === 0;
    } catch (error) {
      if (!this.#leaves.signal.aborted) throw error;
      this.#isOver = true;
      // Left by whoever iterates, it is over; left by the signal, that is told.
      if (this.#signal?.aborted) throw aborted(this.#signal);
    } finally {
      end();
    }
  }

  /** No further events are wanted: whoever waits for one is told that there will be none. */
  async return(value) {
    this.#isOver = true;
    this.#batch = [];
    this.#at = 0;
    this.#leaves.abort();
    return { value, done: true };
  }
};
