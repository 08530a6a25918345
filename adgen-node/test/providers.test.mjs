// Providers that are written in JavaScript: asked, believed, and blamed where they are at fault.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { Cancelled, ContentRejected, NotFound, Studio, Unavailable, Unsupported, provider, testkit } from 'adgen';
import { all, clip, document, folderOf, jpeg, sleep, track, until } from './support.mjs';

const { done, failed, info, pending, stopped, alreadyOver } = provider;
const studioIn = (folder, more = {}) => new Studio({ storage: join(folder, 'storage'), ...more });

/** A service of one's own: each job takes `seconds`. */
class Jobs {
  info = info('own', 'model-1', { per: 'output', usd: 0.25, as_of: '2026-11-01' });
  jobs = new Map();
  cancelled = [];
  requests = [];

  constructor(made, { seconds = 0, how = 'data' } = {}) {
    Object.assign(this, { made, seconds, how });
  }

  start(request, context) {
    assert.ok(context.signal instanceof AbortSignal && existsSync(context.scratch));
    this.requests.push(request);
    const job = `job-${this.jobs.size + 1}`;
    this.jobs.set(job, performance.now());
    return pending(job, { checkAfterMs: 20 });
  }

  check(job, context) {
    const begun = this.jobs.get(job);
    if (begun === undefined) throw new NotFound(`there is no job ${job}`);
    if (this.cancelled.includes(job)) return failed('it was cancelled', { kind: 'cancelled' });
    if (performance.now() - begun < this.seconds * 1000) return pending(job, { checkAfterMs: 20, progress: 0.5 });
    if (this.how === 'data') return done({ data: this.made, costUsd: 0.25 });
    const path = join(context.scratch, `${job}.bin`);
    writeFileSync(path, this.made);
    return done({ file: this.how === 'url' ? pathToFileURL(path) : path, costUsd: 0.25, notes: ['by hand'] });
  }

  cancel(job) {
    if (!this.jobs.has(job)) throw new NotFound(`there is no job ${job}`);
    if (performance.now() - this.jobs.get(job) >= this.seconds * 1000) return alreadyOver();
    this.cancelled.push(job);
    return stopped();
  }
}

/** The same, awaited. */
class AsyncJobs extends Jobs {
  async start(...given) {
    await sleep(1);
    return super.start(...given);
  }

  async check(...given) {
    await sleep(1);
    return super.check(...given);
  }

  async cancel(...given) {
    await sleep(1);
    return super.cancel(...given);
  }
}

for (const [kind, how] of [[Jobs, 'data'], [AsyncJobs, 'data'], [Jobs, 'file'], [AsyncJobs, 'url']]) {
  test(`a video provider is asked and paid: ${kind.name} by ${how}`, async (t) => {
    const folder = folderOf(t);
    const video = new kind(clip(), { how });
    const studio = studioIn(folder, { video });
    const outcome = await (await studio.generate(document(), { folder })).result();
    assert.deepEqual([outcome.cost_usd, outcome.state.degradations], [0.25, []]);
    const [request] = video.requests;
    assert.ok(request.prompt.startsWith('soft light') && request.aspect === '9:16' && request.seed >= 0);
    // What was bought is not bought again, and another clip is.
    assert.equal((await (await studio.run('least')).result()).cost_usd, 0);
    const other = { ...document('other'), seed: 9 };
    assert.equal((await (await studio.generate(other, { folder })).result()).cost_usd, 0.25);
  });
}

test('one run has its own providers', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  await studio.import(document(), { folder });
  const run = await studio.run('least', { video: new Jobs(clip()) });
  assert.equal((await run.result()).cost_usd, 0.25);
});

test('an audio provider is asked', async (t) => {
  const folder = folderOf(t);
  const audio = Object.assign(new Jobs(track()), { capability: () => ({ max_duration_s: Infinity }), offeredS: () => 5 });
  const music = { music: { generate: { prompt: 'warm strings' } } };
  const run = await studioIn(folder, { audio }).generate(document('least', { audio: music }), { folder });
  assert.equal((await run.result()).cost_usd, 0.25);
  assert.equal(audio.requests[0].kind, 'music');
});

test('a planner is asked, and what it throws is told with its stack', async (t) => {
  const folder = folderOf(t);
  const planner = {
    info: info('own', 'p1', 'free'),
    async plan(request, context) {
      assert.equal(request.brief.product_name, 'Amara Oil');
      assert.ok(context.remaining === null || context.remaining > 0);
      context.retrying(1, 0.5, 'timeout');
      await sleep(1);
      throw new RangeError('no idea', { cause: new Error('nobody knows') });
    },
  };
  const { scenes, ...unplanned } = document();
  const run = await studioIn(folder, { planner }).generate(unplanned, { folder });
  const events = await all(run);
  const [{ cause }] = events.filter(({ type }) => type === 'degraded');
  assert.equal(cause.code, 'unexpected');
  assert.match(cause.message, /RangeError: no idea/);
  assert.match(cause.causes.join('\n'), /at Object\.plan .*providers\.test\.mjs[\s\S]*nobody knows/);
  assert.ok(events.some(({ type, wait_ms }) => type === 'retrying' && wait_ms === 500));
  assert.equal(events.at(-1).status, 'COMPLETED');
});

test('what a provider throws is the cause of the error that a strict project fails with', async (t) => {
  const folder = folderOf(t);
  class Rejecting extends Jobs {
    start() {
      throw new ContentRejected('not this', { hint: 'another prompt', requestId: 'r7', cause: new Error('rule 5') });
    }
  }
  const strict = document('strict', { policy: { fallback: 'deny' } });
  const run = await studioIn(folder, { video: new Rejecting() }).generate(strict, { folder });
  await assert.rejects(run.result(), (error) => {
    assert.equal(error.name, 'FallbackDenied');
    assert.match(JSON.stringify(error), /not this/);
    assert.match(JSON.stringify(error.toJSON().causes), /Rejecting\.start .*providers\.test\.mjs.*rule 5/);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

test('a remover is asked', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'photo.jpg'), jpeg());
  const remover = {
    name: 'own',
    version: '1',
    resolution: 64,
    async coarseMask({ width, height, data }, { signal }) {
      assert.ok(!signal.aborted && data.length === width * height * 3);
      await sleep(1);
      const mask = new Uint8ClampedArray(width * height);
      for (let at = 0; at < mask.length; at += 1) mask[at] = Math.abs((at % width) - width / 2) < width / 4 ? 255 : 0;
      return mask;
    },
  };
  const photographed = document('least', { product: { image: 'photo.jpg' } });
  const run = await studioIn(folder, { remover }).generate(photographed, { folder });
  assert.deepEqual((await run.result()).state.degradations, []);
  for (const [version, mask, words] of [
    ['2', () => new Uint8Array(9), /a mask of 9 bytes/],
    ['3', () => 'text', /a mask must be a Uint8Array, 0 to 255 a pixel, not String/],
    ['4', () => new Uint16Array(120_000), /not Uint16Array/],
  ]) {
    const wrong = { ...remover, version, coarseMask: mask };
    const events = await all(await studioIn(folder, { remover: wrong }).run('least'));
    assert.match(JSON.stringify(events.filter(({ type }) => type === 'degraded')), words);
    assert.equal(events.at(-1).status, 'COMPLETED');
  }
});

for (const [name, answer, words] of [
  ['nothing', () => undefined, /answered start with nothing/],
  ['nonsense', () => ({ finished: 1 }), /answered start with .*finished/],
  ['a Map', () => new Map(), /is a Map/],
  ['NaN', () => ({ pending: { job: 'j', check_after_ms: NaN } }), /pending\.check_after_ms: NaN is no number/],
  ['a missing file', () => done({ file: '/nowhere/clip.mp4' }), /clip\.mp4/],
  ['no film', () => done({ data: Buffer.from('no film') }), /./],
  ['it throws', () => null.nothing, /Cannot read properties of null/],
  ['it throws nothing', () => { throw undefined; }, /undefined was thrown, which is no Error/],
  ['it throws what throws', () => { throw { get message() { throw new Error('nested'); } }; }, /cannot be told/],
  ['it refuses', () => { throw new ContentRejected('not this'); }, /not this/],
  ['it rejects', () => Promise.reject(new Unavailable('nobody home', { retryable: false })), /nobody home/],
]) {
  test(`what a provider does wrong costs its clip and not the ad: ${name}`, async (t) => {
    const folder = folderOf(t);
    const video = Object.assign(new Jobs(), { start: answer });
    const events = await all(await studioIn(folder, { video }).generate(document(), { folder }));
    const degraded = events.filter(({ type }) => type === 'degraded');
    assert.match(JSON.stringify(degraded), words);
    assert.equal(events.at(-1).status, 'COMPLETED');
  });
}

test('cancelling reaches a provider', async (t) => {
  const folder = folderOf(t);
  const seen = [];
  class Slow extends AsyncJobs {
    check(job, { signal }) {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          seen.push('check');
          reject(signal.reason);
        });
      });
    }
  }
  const video = new Slow(clip(), { seconds: 600 });
  const run = await studioIn(folder, { video }).generate(document(), { folder });
  await until(() => video.jobs.size > 0);
  await sleep(200);
  run.cancel();
  // The signal's own words would be those of Node.
  await assert.rejects(run.result(), { code: 'cancelled', message: /^the run was cancelled/ });
  assert.deepEqual([video.cancelled, seen], [['job-1'], ['check']]);

  class Starting extends Jobs {
    async start(request, context) {
      seen.push('start');
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      assert.throws(() => context.checkWanted(), { code: 'cancelled' });
      seen.push('woken');
      throw new Cancelled('as you wish');
    }
  }
  const other = await studioIn(folder, { video: new Starting() }).generate(document('other'), { folder });
  await until(() => seen.includes('start'));
  other.cancel();
  await assert.rejects(other.result(), { code: 'cancelled' });
  assert.equal(seen.at(-1), 'woken');
});

test('a provider may call back into the studio, and one that works hard deadlocks nobody', async (t) => {
  const folder = folderOf(t);
  let studio;
  class Curious extends Jobs {
    // Asked on another thread, while this one may be at work.
    estimate() {
      return { low_usd: 0.25, high_usd: 0.25 };
    }

    offer(request) {
      return { duration_s: request.duration_s, short_side: null };
    }

    async start(...given) {
      assert.deepEqual(await studio.list(), ['least']);
      const end = performance.now() + 300;
      while (performance.now() < end);
      return super.start(...given);
    }
  }
  studio = studioIn(folder, { video: new Curious(clip()) });
  assert.equal((await studio.estimate(document())).total.low_usd, 0.25);
  const starting = studio.generate(document(), { folder });
  const end = performance.now() + 500;
  while (performance.now() < end) studio.constructor.name;
  assert.equal((await (await starting).result()).cost_usd, 0.25);
});

test('an answer that must come at once and does not is an error: nobody knows what it would cost', async (t) => {
  const folder = folderOf(t);
  const video = Object.assign(new Jobs(clip()), { estimate: async () => ({ low_usd: 9, high_usd: 9 }) });
  await assert.rejects(studioIn(folder, { video }).estimate(document()), (error) => {
    assert.match(error.message, /failed in estimate/);
    assert.match(JSON.stringify(error), /must answer at once/);
    return true;
  });
});

for (const [words, make] of [
  [/the video Object lacks info, start, check, cancel/, () => ({})],
  [/the video must be an object with the methods of a contract, not a number/, () => 7],
  [/`info` is/, () => Object.assign(new Jobs(), { info: { name: 'x' } })],
  [/`info` is 7/, () => Object.assign(new Jobs(), { info: 7 })],
  [/must be known at once/, () => Object.assign(new Jobs(), { info: async () => ({}) })],
  [/`capability` has "speed"/, () => Object.assign(new Jobs(), { capability: { speed: 1 } })],
  [/info\.price: is a Date/, () => Object.assign(new Jobs(), { info: { price: new Date() } })],
]) {
  test(`a provider that does not say who it is is refused: ${words}`, async (t) => {
    const folder = folderOf(t);
    assert.throws(() => studioIn(folder, { video: make() }), { name: 'InvalidConfig', message: words });
    await assert.rejects(studioIn(folder).generate(document(), { folder, video: make() }), { code: 'invalid_config' });
  });
}

test('what a property throws comes out of the constructor', () => {
  const video = { get info() { throw new RangeError('mine'); } };
  assert.throws(() => new Studio({ video }), RangeError);
});

const request = {
  prompt: 'a harbour at dawn', negative_prompt: null, image: null, duration_s: 2, aspect: '9:16', short_side: 240, fps: 24,
  seed: 1, palette: [],
};

for (const kind of [Jobs, AsyncJobs]) {
  test(`the testkit tries a provider: ${kind.name}`, async (t) => {
    const folder = folderOf(t);
    class Careful extends kind {
      capability = { max_duration_s: 10 };

      start(request, context) {
        if (request.image !== null || request.duration_s > 10) throw new Unsupported('clips without pictures, of 10 s at most');
        return super.start(request, context);
      }
    }
    const options = { refusesImages: true, folder, limitS: 20 };
    const report = await testkit.video(new Careful(clip(), { seconds: 0.3 }), request, options);
    report.expectPassed();
    assert.ok(!inspect(report).includes(report.text) && String(report) === report.text);
    assert.ok(report.subject.includes('own') && report.checks.some(({ name }) => name === 'info_never_changes'));

    const forgetful = Object.assign(new Careful(clip(), { seconds: 0.3 }), { cancel: () => stopped() });
    const broken = await testkit.video(forgetful, request, { ...options, limitS: 5 });
    assert.ok(!broken.isPassed && broken.failures.every(({ why }) => why));
    assert.throws(() => broken.expectPassed(), { name: 'AssertionError', message: /rules are broken/ });
  });
}

test('what answers are made of is checked at once', () => {
  for (const [make, words] of [
    [() => provider.done({ data: new Uint8Array(1), cost_usd: 1 }), /done has no option "?cost_usd"?: costUsd is its name/],
    [() => provider.done({ data: new Uint8Array(1), costUsd: '1' }), /costUsd of done must be an amount in US dollars/],
    [() => provider.done(), /done needs one of file, url and data/],
    [() => provider.pending(17), /job of pending must be a string, not 17/],
    [() => provider.pending('x', { check_after_ms: 1 }), /checkAfterMs is its name/],
    [() => provider.pending('x', { checkAfterMs: NaN }), /checkAfterMs of pending must be a number/],
    [() => provider.failed(), /message of failed must be a string/],
    [() => provider.failed('x', { kind: 'nope' }), /kind of failed must be one of generation_failed, /],
    [() => provider.failed('x', { retriable: true }), /failed has no option "?retriable"?/],
    [() => provider.stopped(-1), /costUsd of stopped must be an amount/],
    [() => provider.info('a'), /model of info must be a string/],
  ]) {
    assert.throws(make, (error) => error instanceof TypeError && words.test(error.message) || assert.fail(error));
  }
});

test('a price that no limit can count is refused', async (t) => {
  const folder = folderOf(t);
  for (const [price, words] of [
    [{ per: 'second', usd: -5, as_of: '2026-01-01' }, /usd is -5.0: 0 or more is needed/],
    [{ per: 'second', usd: 5, as_of: 'today' }, /as_of is "today", which is no day/],
  ]) {
    const video = { info: provider.info('own', 'x', price), start() {}, check() {}, cancel() {} };
    assert.throws(() => new Studio({ storage: folder, video }), (error) => words.test(error.message) || assert.fail(error));
  }
});

for (const method of ['start', 'check']) {
  test(`a provider that never answers ${method} is given up in time`, async (t) => {
    const folder = folderOf(t);
    const never = () => new Promise(() => {});
    const video = { info: provider.info('own', 'x', 'free'), start: () => provider.pending('job', { checkAfterMs: 1 }), check: never, cancel: () => provider.stopped() };
    video[method] = never;
    const studio = new Studio({ storage: join(folder, 'storage'), video, jobTimeoutS: 1 });
    const run = await studio.generate(document(), { folder });
    const outcome = await run.result();
    assert.ok(outcome.state.degradations.length > 0, 'the offline studio takes its place, and that is said');
  });
}

test('the testkit tries a remover and a planner', async () => {
  const remover = {
    name: 'own',
    version: '1',
    coarseMask({ data }, { signal }) {
      signal.throwIfAborted();
      return data.filter((_, at) => at % 3 === 0).map((red) => (red > 128 ? 255 : 0));
    },
  };
  const [width, height] = [96, 64];
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) data.set(Math.abs((at % width) - 40) < 20 ? [200, 0, 0] : [0, 0, 90], at * 3);
  (await testkit.remover(remover, { width, height, data })).expectPassed();
  await assert.rejects(testkit.remover(remover, { width, height, data: Buffer.from('x') }), /18432 bytes/);

  const planner = { info: info('own', 'p1', 'free'), plan: () => { throw new Unavailable('nobody home'); } };
  const plan = { brief: { product_name: 'Rosso' }, brand: {}, product_palette: [], photo: null, style: null, scenes: null, seed: 1 };
  const report = await testkit.planner(planner, plan);
  assert.ok(!report.isPassed && String(report).includes('nobody home'));
});

test('a provider is let go with its studio', async (t) => {
  const folder = folderOf(t);
  let gone = 0;
  const registry = new FinalizationRegistry(() => { gone += 1; });
  await (async () => {
    for (let number = 0; number < 5; number += 1) {
      const video = new Jobs(clip());
      registry.register(video, number);
      const studio = studioIn(folder, { video });
      await studio.list();
    }
  })();
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const gc = (await import('node:vm')).runInNewContext('gc');
  await until(() => {
    gc();
    return gone >= 4;
  });
  await writeFile(join(folder, 'done'), '');
});
