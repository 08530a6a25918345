// What programs do to a library that has threads: they end, they have workers, they load it twice.
import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { Studio } from 'adgen';
import { below, document, folderOf, packageFolder, program, root } from './support.mjs';

const last = async (folder, id = 'least') => (await new Studio({ storage: join(folder, 'storage') }).state(id)).status;

/** Never done; counts what is asked of it. */
const SLOW = `
const slow = {
  info: { name: 'slow', model: '1', price: { per: 'free' } },
  start: () => ({ pending: { job: 'j', check_after_ms: 60_000 } }),
  check: () => ({ pending: { job: 'j', check_after_ms: 60_000 } }),
  cancel: () => ({ stopped: { cost_usd: 0 } }),
};
`;

/** It ended as it should, and said nothing. */
function clean(ran, status = 0) {
  assert.deepEqual([ran.status, ran.signal, ran.stderr], [status, null, ''], ran.stdout);
  return ran;
}

test('loading it is quick and starts no thread', (t) => {
  const folder = folderOf(t);
  const times = Array.from({ length: 5 }, () => {
    const text = `
const { readdirSync } = require('node:fs');
const threads = () => readdirSync('/proc/self/task').length;
const before = threads();
new adgen.Studio({ storage: 'storage' });
adgen.validate(document());
const after = threads();
if (after !== before) throw new Error(before + ' threads became ' + after);
process.stdout.write(String(loaded));
`;
    return Number(clean(program(folder, text)).stdout);
  });
  // Of the processor's time: others may be at work on this machine.
  assert.ok(Math.min(...times) <= 60, `${times.map((time) => time.toFixed(0))} ms`);
  t.diagnostic(`require('adgen') takes ${Math.min(...times).toFixed(0)} ms`);
});

test('a program ends by itself when nothing is under way', (t) => {
  const folder = folderOf(t);
  assert.ok(clean(program(folder, '')).seconds < 10);
  clean(program(folder, 'new adgen.Studio({ storage: "storage", onEvent() {} }).list();'));
  const text = `
const studio = new adgen.Studio({ storage: 'storage' });
(async () => {
  const run = await studio.generate(document());
  console.log((await run.result()).state.status);
})();
`;
  assert.equal(clean(program(folder, text)).stdout, 'COMPLETED\n');
});

test('a program stays for a run that nobody waits for, unless it is told not to', async (t) => {
  const folder = folderOf(t);
  // Collected as garbage while it works, too.
  const left = `
const studio = new adgen.Studio({ storage: 'storage' });
studio.generate(document()).then(() => setTimeout(gc, 50));
`;
  clean(program(folder, left, { args: ['--expose-gc'] }));
  assert.equal(await last(folder), 'COMPLETED');
  const free = `${SLOW}
const studio = new adgen.Studio({ storage: 'storage', video: slow });
studio.generate(document('free')).then((run) => run.unref().ref().unref());
`;
  assert.ok(clean(program(folder, free)).seconds < 20);
});

for (const [how, text] of [['unref', 'run.unref()'], ['process.exit', 'process.exit()']]) {
  test(`a program that ends before its run leaves it as it is, and another one goes on: ${how}`, async (t) => {
    const folder = folderOf(t);
    const left = `${SLOW}
slow.cancel = () => console.log('cancelled');
const studio = new adgen.Studio({ storage: 'storage', video: slow });
(async () => {
  const run = await studio.generate(document());
  for await (const { status } of run) if (status === 'GENERATING_SCENES') break;
  ${text};
})();
`;
    assert.equal(clean(program(folder, left)).stdout, '');
    const studio = new Studio({ storage: join(folder, 'storage') });
    const { status, error } = await studio.state('least');
    assert.deepEqual([status, error.code], ['FAILED', 'interrupted']);
    assert.equal((await (await studio.run('least')).result()).state.status, 'COMPLETED');
  });
}

test('a time-out is heard where nothing else keeps the program alive', (t) => {
  const text = `
const { Readable } = require('node:stream');
const files = { 'product.png': new Readable({ read() {} }) };
const studio = new adgen.Studio({ storage: 'storage' });
studio.import(document(), { files, signal: AbortSignal.timeout(100) }).catch((error) => console.log(error.name, files['product.png'].destroyed));
`;
  assert.equal(clean(program(folderOf(t), text)).stdout, 'AbortError true\n');
});

test('a stream whose turn has not come ends no program', (t) => {
  const text = `
const { createReadStream } = require('node:fs');
const { Readable } = require('node:stream');
const slow = Readable.from((async function* () { await new Promise((resolve) => setTimeout(resolve, 200)); yield Buffer.from('x'); })());
const files = { slow, 'product.png': createReadStream('none.png') };
new adgen.Studio({ storage: 'storage' }).import(document(), { files }).catch((error) => console.log(error.name));
`;
  assert.equal(clean(program(folderOf(t), text)).stdout, 'NotFound\n');
});

test('a program stays while an event is awaited', (t) => {
  const folder = folderOf(t);
  const text = `
const studio = new adgen.Studio({ storage: 'storage' });
(async () => {
  await studio.import(document());
  const events = studio.watch('least', { everyMs: 50 });
  const first = events.next();
  // In another program, a little later.
  setTimeout(() => require('node:child_process').fork('other.cjs'), 300);
  console.log((await first).value.type);
  await events.return();
})();
`;
  program(folder, '', { name: 'other.cjs' });
  const other = `const studio = new adgen.Studio({ storage: 'storage' });\nstudio.run('least');\n`;
  program(folder, `if (!process.send) process.exit();\n${other}`, { name: 'other.cjs' });
  assert.equal(clean(program(folder, text)).stdout, 'run_started\n');
});

for (const [how, status] of [
  ['process.exit(3)', 3],
  ['process.reallyExit(3)', 3],
  ['setImmediate(() => { throw new Error("on purpose"); })', 1],
]) {
  test(`a program that ends while a run is under way ends at once: ${how}`, (t) => {
    const folder = folderOf(t);
    const text = `${SLOW}
const studio = new adgen.Studio({ storage: 'storage', video: slow, onEvent() {} });
const busy = new adgen.Studio({ storage: 'busy' });
(async () => {
  const runs = [await studio.generate(document('slow')), await busy.generate(document('busy')), await busy.generate(document('b2'))];
  const waiting = runs.map((run) => run.result());
  const events = runs[0].events();
  await new Promise((resolve) => setTimeout(resolve, 400 + 200 * Math.random()));
  await events.next();
  console.log(performance.now());
  process.on('exit', () => console.log(performance.now()));
  ${how};
})();
`;
    for (let tries = 0; tries < 5; tries += 1) {
      const ran = program(folder, text, { timeout: 30_000 });
      assert.deepEqual([ran.status, ran.signal], [status, null], ran.stderr);
      if (status === 3) assert.equal(ran.stderr, '');
      assert.ok(ran.seconds < 15, `${ran.seconds} s`);
    }
  });
}

for (const how of ['process.exit(3)', 'run.unref(); process.exitCode = 3']) {
  test(`a program that ends while a product is cut out ends in peace: ${how}`, (t) => {
    const folder = folderOf(t);
    cpSync(join(root, 'examples/assets/can_studio.jpg'), join(folder, 'can.jpg'));
    for (let tries = 0; tries < 10; tries += 1) {
      const text = `
const studio = new adgen.Studio({ storage: 'storage-${tries}' });
studio.generate(document('can', { product: { image: 'can.jpg' } })).then((run) => setTimeout(() => { ${how}; }, ${20 + 70 * tries}));
`;
      clean(program(folder, text, { timeout: 30_000 }), 3);
    }
  });
}

test('nothing of its own is an unhandled rejection', (t) => {
  const folder = folderOf(t);
  const text = `
process.on('unhandledRejection', (error) => console.log('unhandled', error));
const video = { ...${JSON.stringify({ info: { name: 'x', model: '1', price: { per: 'free' } } })},
  start: async () => { throw new Error('no'); }, check() {}, cancel() {} };
const studio = new adgen.Studio({ storage: 'storage', video });
const controller = new AbortController();
(async () => {
  await studio.generate({ ...document('failed'), policy: { fallback: 'deny' } });
  await studio.generate(document('aborted'), { signal: controller.signal });
  controller.abort();
  (await studio.generate(document('cancelled'))).cancel();
})();
`;
  assert.equal(clean(program(folder, text)).stdout, '');
});

const WORKERS = `
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
`;

test('workers make ads, and end cleanly while runs are under way', async (t) => {
  const folder = folderOf(t);
  const text = `${WORKERS}${SLOW}
async function work() {
  const { id, kind } = workerData;
  const studio = new adgen.Studio({ storage: 'storage', ...(kind === 'slow' ? { video: slow } : {}), onEvent() {} });
  const run = await studio.generate(document(id));
  if (kind === 'done') return parentPort.postMessage((await run.result()).state.status);
  run.result().catch(() => {});
  const events = run.events();
  for (let number = 0; number < 3; number += 1) await events.next();
  parentPort.postMessage('ready');
  if (kind === 'exit') process.exit(0);
  if (kind === 'throw') throw new Error('on purpose');
}

async function main() {
  const kinds = ['done', 'slow', 'busy', 'exit', 'throw', 'slow', 'busy', 'done'];
  const ends = await Promise.all(Array.from({ length: 24 }, async (_, number) => {
    const kind = kinds[number % kinds.length];
    const worker = new Worker(__filename, { workerData: { id: 'p' + number, kind } });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('error', (error) => error.message === 'on purpose' || console.log(error));
    const told = await new Promise((resolve) => worker.once('message', resolve));
    if (kind === 'slow' || kind === 'busy') await worker.terminate();
    await ended;
    return kind === 'done' ? told : kind;
  }));
  console.log(ends.filter((end) => end === 'COMPLETED').length);
  // The runs of those that ended were cancelled, so that their projects are free.
  const studio = new adgen.Studio({ storage: 'storage' });
  for (const number of [1, 2, 3, 4]) {
    for (;;) {
      const { status } = await studio.state('p' + number);
      if (status === 'CANCELLED' || status === 'COMPLETED') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
isMainThread ? main() : work();
`;
  const ran = clean(program(folder, text, { timeout: 240_000 }));
  assert.equal(ran.stdout, '6\n');
});

test('a worker that ends while its provider is asked leaves nobody waiting', async (t) => {
  const folder = folderOf(t);
  const text = `${WORKERS}${SLOW}
async function work() {
  const waiting = { ...slow, start: () => { parentPort.postMessage('asked'); return new Promise(() => {}); } };
  const studio = new adgen.Studio({ storage: 'storage', video: waiting });
  await studio.generate(document());
}

async function main() {
  const worker = new Worker(__filename);
  await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  const studio = new adgen.Studio({ storage: 'storage' });
  for (;;) {
    const { status } = await studio.state('least');
    if (status === 'CANCELLED') return console.log(status);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
isMainThread ? main() : work();
`;
  assert.equal(clean(program(folder, text)).stdout, 'CANCELLED\n');
});

test('two copies of the package live in one process', async (t) => {
  const folder = folderOf(t);
  const copy = below(folder, 'copy');
  for (const name of readdirSync(packageFolder).filter((name) => /\.(js|json|node)$|^lib$/.test(name))) {
    cpSync(join(packageFolder, name), join(copy, name), { recursive: true });
  }
  const other = createRequire(import.meta.url)(copy);
  assert.notEqual(other.Studio, Studio);
  const video = {
    info: other.provider.info('own', '1', 'free'),
    // Of a package that has a copy of its own.
    start: () => { throw new other.RateLimited('not so fast', { requestId: 'r1' }); },
    check() {},
    cancel() {},
  };
  const studios = [new Studio({ storage: join(folder, 'storage'), video }), new other.Studio({ storage: join(folder, 'other') })];
  const runs = await Promise.all(studios.map((studio) => studio.generate(document(), { folder })));
  const [first, second] = await Promise.all(runs.map((run) => run.result()));
  assert.deepEqual([second.state.status, second.state.degradations], ['COMPLETED', []]);
  const [{ cause }] = first.state.degradations;
  assert.deepEqual([cause.code, cause.request_id], ['rate_limited', 'r1']);
});

test('a copy that is loaded anew, and one in another realm, work as the first one does', (t) => {
  const folder = folderOf(t);
  const text = `
const vm = require('node:vm');
async function make(adgen, id) {
  const run = await new adgen.Studio({ storage: 'storage', maxUsd: 1 }).generate(document(id));
  const outcome = await run.result();
  console.log(outcome.project_id, outcome.state.status);
}
(async () => {
  await make(adgen, 'first');
  for (const name of Object.keys(require.cache)) if (name.includes('adgen-node')) delete require.cache[name];
  const again = require(${JSON.stringify(packageFolder)});
  if (again.Studio === adgen.Studio) throw new Error('the same');
  await Promise.all([make(again, 'again'), make(adgen, 'still')]);
  const realm = vm.createContext({ adgen, URL });
  const options = vm.runInContext('({ storage: "storage", maxUsd: 2, assets: { urls: true } })', realm);
  const { max_usd, assets } = await new adgen.Studio(options).config();
  console.log(max_usd, assets.urls);
  console.log(vm.runInContext('adgen.validate({ id: 1, seed: [] })', realm).length > 0);
})();
`;
  const lines = clean(program(folder, text)).stdout.trim().split('\n').toSorted();
  assert.deepEqual(lines, ['2 true', 'again COMPLETED', 'first COMPLETED', 'still COMPLETED', 'true']);
});

test('a thousand runs are started and cancelled without a leak', (t) => {
  const folder = folderOf(t);
  const text = `
const studio = new adgen.Studio({ storage: 'storage', onEvent() {} });
const { readdirSync } = require('node:fs');
let seed = 1;
const random = () => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
const used = () => { gc(); return process.memoryUsage().rss / 2 ** 20; };

async function some(first, count) {
  for (let number = first; number < first + count; number += 1) {
    const controller = new AbortController();
    try {
      const how = random();
      if (how < 0.3) setTimeout(() => controller.abort(), random() * 100);
      const run = await studio.generate({ ...document('p' + (number % 7)), seed: number }, { signal: controller.signal });
      if (how >= 0.3) for await (const event of run) if (random() < 0.3) break;
      how < 0.6 ? controller.abort() : run.cancel();
      await run.result();
    } catch (error) {
      if (!(error instanceof adgen.Cancelled)) throw error;
    }
  }
}

const threads = () => readdirSync('/proc/self/task').length;

(async () => {
  const few = threads() + 4;
  await some(0, 300);
  const before = used();
  await some(300, 700);
  const after = used();
  console.log(before.toFixed(0) + ' MiB after 300 runs, ' + after.toFixed(0) + ' MiB after 1000');
  if (after > before * 1.15 + 8) throw new Error('a leak');
  // Those that wait for work go after a while.
  for (let tries = 0; threads() > few; tries += 1) {
    if (tries === 200) throw new Error(threads() + ' threads, ' + few + ' in the beginning');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
})();
`;
  const ran = clean(program(folder, text, { timeout: 600_000, args: ['--expose-gc'] }));
  t.diagnostic(`${ran.stdout.trim()}, ${ran.seconds.toFixed(0)} s`);
});
