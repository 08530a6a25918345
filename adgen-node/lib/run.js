// A run under way.
'use strict';

const { needed } = require('./arguments.js');
const { byHand, fromBody } = require('./errors.js');
const { EventIterator } = require('./events.js');
const { kindOf } = require('./kinds.js');
const { guarded } = require('./native.js');
const { listen } = require('./signals.js');

const FINAL = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** A run under way. It works by itself: forgetting it does not stop it, `cancel` and its signal do. */
class Run {
  #desk;
  #native;
  #signal;
  /** How it ended; never fails. */
  #end;
  #isOver = false;
  #isHeld = true;

  constructor(desk, native, signal) {
    this.#desk = desk;
    this.#native = native;
    this.#signal = signal;
    const heard = listen(signal, () => native.cancel());
    // As a child process does, a run keeps the program alive until it is over.
    desk.hold();
    this.#end = desk.end((_, id) => native.wait(id)).then((end) => {
      heard();
      this.#isOver = true;
      this.unref();
      return end;
    });
    if (signal?.aborted) native.cancel();
  }

  /** Name of this run. */
  get id() {
    return this.#native.id;
  }

  /** The project. */
  get projectId() {
    return this.#native.projectId;
  }

  /** What is known about the project now. */
  get state() {
    return JSON.parse(guarded(() => this.#native.state()));
  }

  /** Where the project stands: `PENDING` to `COMPLETED`, `FAILED` or `CANCELLED`. */
  get status() {
    return this.#native.status();
  }

  /** Stops the run, remote jobs included, and does not wait for that. What is finished stays. */
  cancel() {
    this.#native.cancel();
  }

  /** Hands in the event of a webhook (`verifyWebhook`); tells whether its job is this run's. */
  notify(event) {
    const { job, delivery } = event ?? {};
    if (typeof job !== 'string' || typeof delivery !== 'string') {
      throw new TypeError(`notify takes the event that verifyWebhook gave, not ${kindOf(event)}${event ? ' without its job' : ''}`);
    }
    return guarded(() => this.#native.notify(JSON.stringify({ job, delivery })));
  }

  /** All events of the run from number `fromSeq` on, those of the past first. Ends with the run. */
  events(fromSeq = 0) {
    needed('events', { fromSeq }, 'count');
    return new EventIterator(this.#desk, async () => this.#native.events(fromSeq));
  }

  [Symbol.asyncIterator]() {
    return this.events();
  }

  /** Waits for the end; may be called as often as one likes. Fails with why the run failed, with `Cancelled` where it was
   * cancelled, and with `AbortError` where its signal did that. */
  async result() {
    this.#desk.hold();
    try {
      const { body, given } = await this.#end;
      if (body !== undefined) throw byHand(fromBody(JSON.parse(body)), this.#signal);
      return JSON.parse(given);
    } finally {
      this.#desk.letGo();
    }
  }

  /** Draws the run's progress on stderr until it is over, and gives its outcome: a bar on a terminal, lines elsewhere. */
  async show(out = process.stderr) {
    if (typeof out?.write !== 'function') {
      throw new TypeError(`show draws on what has write(text), as process.stderr has, not on ${kindOf(out)}`);
    }
    await require('./progress.js').show(this, out);
    return this.result();
  }

  /** Lets the program end although the run is under way: it is left as it is then. Whoever waits still keeps it alive. */
  unref() {
    if (this.#isHeld) this.#desk.letGo();
    this.#isHeld = false;
    return this;
  }

  /** Takes `unref` back. */
  ref() {
    if (!this.#isHeld && !this.#isOver) {
      this.#desk.hold();
      this.#isHeld = true;
    }
    return this;
  }

  [Symbol.for('nodejs.util.inspect.custom')](_, options, inspect) {
    const { id, projectId, status } = this;
    return `Run ${inspect({ id, projectId, status }, options)}`;
  }
}

// Where Node has it: `await using run = await studio.generate(…)`.
if (Symbol.asyncDispose) {
  Object.defineProperty(Run.prototype, Symbol.asyncDispose, {
    /** Cancels a run that is not over, and waits for that. */
    async value() {
      if (!FINAL.includes(this.status)) this.cancel();
      // Why it ended is whoever asks for its result to know.
      await this.result().catch(() => {});
    },
    writable: true,
    configurable: true,
  });
}

exports.Run = Run;
