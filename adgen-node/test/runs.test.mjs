// Runs under way: how they are followed, cancelled, left and forgotten.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { AbortError, Cancelled, Studio } from 'adgen';
import { all, document, folderOf, services, sleep, until } from './support.mjs';

const studioIn = (folder, more = {}) => new Studio({ storage: join(folder, 'storage'), ...more });

/** Never done. */
const slow = () => ({
  info: { name: 'slow', model: '1', price: { per: 'free' } },
  stopped: [],
  start: () => ({ pending: { job: 'j', check_after_ms: 60_000 } }),
  check: () => ({ pending: { job: 'j', check_after_ms: 60_000 } }),
  cancel(job) {
    this.stopped.push(job);
    return { stopped: { cost_usd: 0 } };
  },
});

/** A signal, and how many listen to it. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  for (const [name, by] of [['addEventListener', 1], ['removeEventListener', -1]]) {
    const own = signal[name].bind(signal);
    signal[name] = (...given) => {
      listeners += by;
      own(...given);
    };
  }
  return { controller, signal, listeners: () => listeners };
}

test('a run is cancelled', async (t) => {
  const folder = folderOf(t);
  const run = await studioIn(folder).generate(document(), { folder });
  run.cancel();
  await assert.rejects(run.result(), (error) => {
    assert.ok(error instanceof Cancelled && !(error instanceof AbortError));
    assert.match(error.stack, /runs\.test\.mjs/);
    return true;
  });
  assert.equal(run.status, 'CANCELLED');
  await assert.rejects(run.result(), { code: 'cancelled' });
});

test('a signal cancels a run: before, during its start, and later', async (t) => {
  const folder = folderOf(t);
  const video = slow();
  const studio = studioIn(folder, { video });
  const reason = new Error('the customer left');
  const isAbort = (error) => {
    assert.ok(error instanceof AbortError && error instanceof Cancelled);
    assert.deepEqual([error.name, error.code, error.cause], ['AbortError', 'ABORT_ERR', reason]);
    assert.equal(error.toJSON().code, 'cancelled');
    return true;
  };
  await assert.rejects(studio.generate(document(), { folder, signal: AbortSignal.abort(reason) }), isAbort);
  assert.deepEqual(await studio.list(), []);

  for (const wait of [0, 1, 5, 20, 50]) {
    const { controller, signal, listeners } = counted();
    const starting = studio.generate(document('during'), { folder, signal });
    setTimeout(() => controller.abort(reason), wait);
    await assert.rejects(starting.then((run) => run.result()), isAbort);
    await until(() => listeners() <= 0);
    // Nothing of it is left that would hold the project.
    await until(() => studio.import(document('during'), { folder }).then(() => true, ({ code }) => assert.equal(code, 'locked')));
  }

  const { controller, signal, listeners } = counted();
  video.stopped.length = 0;
  const run = await studio.generate(document('later'), { folder, signal });
  const waiting = run.result();
  const events = all(run);
  await until(() => run.status === 'GENERATING_SCENES');
  await sleep(100);
  assert.ok(listeners() > 0);
  controller.abort(reason);
  await assert.rejects(waiting, isAbort);
  await assert.rejects(run.result(), isAbort);
  assert.equal((await events).at(-1).status, 'CANCELLED');
  assert.deepEqual(video.stopped, ['j']);
  assert.equal(listeners(), 0);
});

test('a signal that was heard too late changes nothing', async (t) => {
  const folder = folderOf(t);
  const { controller, signal, listeners } = counted();
  const run = await studioIn(folder).generate(document(), { folder, signal });
  assert.ok((await run.result()).videos.length);
  assert.equal(listeners(), 0);
  controller.abort();
  assert.ok((await run.result()).videos.length);
});

test('other verbs take signals, too', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  await studio.import(document(), { folder });
  const signal = AbortSignal.abort();
  for (const ask of [
    () => studio.list({ signal }),
    () => studio.state('least', { signal }),
    () => studio.watch('least', { signal }).next(),
    () => studio.preview('least', { scene: 0, signal }),
  ]) {
    await assert.rejects(ask(), { name: 'AbortError', code: 'ABORT_ERR' });
  }
  await assert.rejects(studio.list({ signal: {} }), { name: 'TypeError', message: /AbortSignal/ });
  // A time-out's reason is its own.
  const watched = all(studio.watch('least', { signal: AbortSignal.timeout(50) }));
  await assert.rejects(watched, (error) => error.name === 'AbortError' && error.cause.name === 'TimeoutError');
});

test('one signal serves any number of calls without a warning, and keeps none of them', async (t) => {
  const folder = folderOf(t);
  const warnings = [];
  const note = (warning) => warnings.push(warning);
  process.on('warning', note);
  t.after(() => process.off('warning', note));
  const studio = studioIn(folder, { video: slow() });
  const { controller, signal, listeners } = counted();
  await Promise.all(Array.from({ length: 30 }, () => studio.list({ signal })));
  assert.equal(listeners(), 0);
  await studio.import(document(), { folder, signal });
  const starting = Array.from({ length: 12 }, (_, number) => studio.generate(document(`p${number}`), { folder, signal }));
  const runs = await Promise.all(starting);
  assert.equal(listeners(), 1);
  const watched = Array.from({ length: 12 }, () => studio.watch('least', { signal }).next());
  const ends = Promise.allSettled([...runs.map((run) => run.result()), ...watched]);
  await sleep(50);
  controller.abort();
  assert.ok((await ends).every(({ reason }) => reason?.name === 'AbortError'));
  assert.equal(listeners(), 0);
  await sleep(20);
  assert.deepEqual(warnings, []);
});

test('a run is no promise', async (t) => {
  const folder = folderOf(t);
  const run = await studioIn(folder).generate(document(), { folder });
  assert.equal(run.then, undefined);
  assert.equal(await (async () => run)(), run);
  await run.result();
});

test('events are left at any time, and the run goes on', async (t) => {
  const folder = folderOf(t);
  const run = await studioIn(folder).generate(document(), { folder });
  for await (const event of run) {
    assert.equal(event.type, 'run_started');
    break;
  }
  const events = run[Symbol.asyncIterator]();
  const seen = await Promise.all(Array.from({ length: 4 }, () => events.next()));
  assert.deepEqual(seen.map(({ value }) => value.seq), seen.map(({ value }) => value.seq).toSorted((a, b) => a - b));
  assert.deepEqual(await events.return('enough'), { value: 'enough', done: true });
  assert.deepEqual(await events.next(), { value: undefined, done: true });
  assert.ok((await run.result()).videos.length);
});

test('whoever waits for an event that will not come is let go', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  await studio.import(document(), { folder });
  const events = studio.watch('least');
  const waiting = events.next();
  await sleep(100);
  await events.return();
  assert.deepEqual(await waiting, { value: undefined, done: true });
});

test('a block that is left cancels its run, where Node has that', async (t) => {
  const folder = folderOf(t);
  const video = slow();
  const run = await studioIn(folder, { video }).generate(document(), { folder });
  await until(() => run.status === 'GENERATING_SCENES');
  await run[Symbol.asyncDispose]();
  assert.equal(run.status, 'CANCELLED');
  const done = await studioIn(folder).generate(document('done'), { folder });
  await done.result();
  await done[Symbol.asyncDispose]();
  assert.equal(done.status, 'COMPLETED');
});

test('a run is notified of its own jobs alone', async (t) => {
  const folder = folderOf(t);
  const run = await studioIn(folder, { video: slow() }).generate(document(), { folder });
  await until(() => run.status === 'GENERATING_SCENES');
  assert.equal(run.notify({ job: "somebody-else's", delivery: 'msg_1' }), false);
  for (const wrong of [{ task: 'x' }, undefined, null, 'j', { job: 'j' }]) {
    assert.throws(() => run.notify(wrong), { name: 'TypeError', message: /verifyWebhook/ });
  }
  run.cancel();
  await assert.rejects(run.result());
});

test('progress is drawn for people', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const out = (isTTY) => ({ isTTY, columns: 60, said: '', write(text) { this.said += text; } });
  const [lines, bar] = [out(false), out(true)];
  const run = await studio.generate(document(), { folder });
  assert.equal((await run.show(lines)).project_id, 'least');
  assert.match(lines.said, /^least: 100 %$/m);
  assert.match(lines.said, /^least: completed after .* s, \$0\.00 spent$/m);
  assert.ok(!lines.said.includes('\r'));
  await run.show(bar);
  assert.match(bar.said, /█/);
  assert.match(bar.said, /completed after/);
  for (const wrong of [null, {}]) await assert.rejects(run.show(wrong), { name: 'TypeError', message: /write\(text\)/ });
});

test('a signal cancels what was ordered at a service', async (t) => {
  const folder = folderOf(t);
  const emulator = await services(t, { latency_s: [60] });
  const studio = Studio.fromEnv({ storage: join(folder, 'storage') });
  const unplanned = document('remote');
  const controller = new AbortController();
  const run = await studio.generate(unplanned, { folder, signal: controller.signal });
  await until(async () => (await emulator.predictions()).length > 0);
  controller.abort();
  await assert.rejects(run.result(), { name: 'AbortError' });
  const predictions = await emulator.predictions();
  assert.ok(predictions.length > 0 && predictions.every(({ status }) => status === 'canceled'), JSON.stringify(predictions));
});
