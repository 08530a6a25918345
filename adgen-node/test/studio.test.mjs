// The verbs of a studio.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { InvalidInput, Io, NotFound, Studio, Unavailable, validate } from 'adgen';
import { all, below, document, folderOf, photo, until } from './support.mjs';

const studioIn = (folder, more = {}) => new Studio({ storage: join(folder, 'storage'), ...more });

test('an ad is made and told of', async (t) => {
  const folder = folderOf(t);
  const run = await studioIn(folder).generate(document(), { folder });
  assert.equal(run.projectId, 'least');
  assert.equal((await studioIn(folder).state('least')).run_id, run.id, 'whoever is told that it runs asks elsewhere');
  const events = await all(run);
  assert.equal(events[0].type, 'run_started');
  assert.equal(events.at(-1).type, 'run_finished');
  const progress = events.map((event) => event.progress).filter((progress) => progress !== undefined);
  assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  assert.equal(progress.at(-1), 100);
  assert.ok(events.every((event) => event.project_id === 'least' && event.run_id === run.id && event.seq > 0 && event.at));
  const outcome = await run.result();
  assert.equal(readFileSync(outcome.videos[0].path).toString('latin1', 4, 8), 'ftyp');
  assert.deepEqual([outcome.cost_usd, outcome.state.status], [0, 'COMPLETED']);
  // As often as one likes.
  assert.deepEqual(await run.result(), outcome);
  assert.deepEqual((await all(run)).at(-1), events.at(-1));
  assert.deepEqual(await all(run.events(events.at(-1).seq)), events.slice(-1));
  assert.deepEqual([run.status, run.state.status], ['COMPLETED', 'COMPLETED']);
  assert.throws(() => run.events(-1), TypeError);
});

test('a project comes in, is edited, copied and deleted', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const imported = await studio.import(document(), { folder });
  assert.deepEqual([imported.project_id, imported.unchanged], ['least', false]);
  assert.ok((await studio.import(document(), { folder })).unchanged);
  assert.deepEqual([await studio.list(), (await studio.state('least')).status], [['least'], 'PENDING']);
  const stored = await studio.document('least');
  const edited = { ...stored.document, title: 'By hand' };
  const version = await studio.save(edited, { ifMatch: stored.version });
  await assert.rejects(studio.save(edited, { ifMatch: stored.version }), { code: 'conflict', name: 'Conflict' });
  assert.equal((await studio.document('least')).version, version);
  assert.equal(await studio.copy('least', 'other'), undefined);
  assert.equal((await studio.document('other')).document.title, 'By hand');
  assert.match(await studio.url('least', 'project.json'), /^file:\/\/\//);
  await assert.rejects(studio.url('least', 'final_video.mp4'), { code: 'not_found' });
  assert.equal(await studio.delete('least'), undefined);
  assert.deepEqual(await studio.list(), ['other']);
  await assert.rejects(studio.state('least'), { name: 'NotFound', message: /least/ });
  const waste = await studio.findWaste({ graceS: 0 });
  assert.ok((await studio.removeWaste(waste)) >= 0);
  assert.equal(typeof (await studio.storageUse()).get, 'number');
  assert.equal((await studio.config()).storage, join(folder, 'storage'));
});

test('a stored project runs and resumes', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  await studio.import(document(), { folder });
  const first = await (await studio.run('least', { jobs: 1, offline: true, maxUsd: 0 })).result();
  const again = await (await studio.resume('least')).result();
  assert.deepEqual(again.videos, first.videos);
  assert.notEqual(again.run_id, first.run_id);
  assert.equal((await studio.report('least')).name, 'report.html');
  const picture = await studio.preview('least', { scene: 0, width: 120 });
  assert.ok(Buffer.isBuffer(picture.png) && picture.png.toString('latin1', 1, 4) === 'PNG');
  assert.deepEqual([picture.width, typeof picture.isFinal], [120, 'boolean']);
  assert.equal((await studio.preview('least', { seconds: 1.5, shortSide: 200 })).width, 200);
  for (const wrong of [{}, { scene: 0, seconds: 1 }, { scene: 0, width: 100, shortSide: 100 }]) {
    await assert.rejects(studio.preview('least', wrong), TypeError);
  }
  assert.equal((await studio.estimate(document())).total.low_usd, 0);
});

test('files are handed in', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const path = join(folder, 'product.png');
  const ways = {
    buffer: photo,
    view: new Uint8Array(photo),
    whole: new Uint8Array(photo).buffer,
    shared: Object.assign(new Uint8Array(new SharedArrayBuffer(photo.length))),
    blob: new Blob([photo]),
    stream: createReadStream(path),
    web: new Blob([photo]).stream(),
    pieces: (async function* () { yield photo.subarray(0, 100); yield new Uint8Array(photo).buffer.slice(100); })(),
    response: new Response(photo),
    lazy: { arrayBuffer: async () => new Uint8Array(photo).buffer },
    file: pathToFileURL(path),
  };
  ways.shared.set(photo);
  for (const [id, content] of Object.entries(ways)) {
    assert.equal((await studio.import(document(id), { files: { 'product.png': content } })).project_id, id);
  }
  await studio.import(document('map'), { files: new Map([['product.png', photo]]) });
  // What is handed in is all there is: nothing of the working directory comes in beside it.
  await assert.rejects(studio.import(document('none'), { files: { 'other.png': photo } }), { code: 'invalid_input' });
  for (const wrong of [{ 'product.png': 'text' }, { 'product.png': null }, 'files']) {
    await assert.rejects(studio.import(document('wrong'), { files: wrong }), TypeError);
  }
});

test('a signal is heard while files are read, which are let go', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  let cancelled = 0;
  let left = 0;
  const never = { async next() { return new Promise(() => {}); }, async return() { left += 1; return { done: true }; } };
  const web = () => new ReadableStream({ cancel: () => void (cancelled += 1) });
  for (const abort of [() => AbortSignal.timeout(30), () => AbortSignal.abort()]) {
    for (const verb of ['import', 'generate']) {
      const node = new Readable({ read() {} });
      const files = { node, web: web(), response: new Response(web()), own: { [Symbol.asyncIterator]: () => never } };
      await assert.rejects(studio[verb](document(), { files, signal: abort() }), { name: 'AbortError', code: 'ABORT_ERR' });
      await until(() => node.destroyed);
    }
  }
  await until(() => cancelled === 8);
  // Those that were never begun need no end.
  assert.equal(left, 2);
  assert.deepEqual(await studio.list(), []);
});

test('where a file cannot be read, that is told, and the others are let go', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const missing = join(folder, 'none.png');
  const own = new Unavailable('the house is closed');
  for (const [content, kind, told] of [
    [pathToFileURL(missing), NotFound, (error) => error.cause.code === 'ENOENT'],
    [createReadStream(missing), NotFound, (error) => error.cause.code === 'ENOENT'],
    [pathToFileURL(folder), Io, (error) => error.cause.code === 'EISDIR'],
    [Readable.from((function* () { throw new RangeError('mine'); })()), Io, (error) => error.cause instanceof RangeError],
    [{ arrayBuffer: async () => { throw own; } }, Unavailable, (error) => error === own],
    [Readable.from([{}]), TypeError, (error) => /must be read as bytes: it gave an object/.test(error.message)],
  ]) {
    // While another one is read that never ends.
    const endless = new Readable({ read() {} });
    await assert.rejects(studio.import(document(), { files: { endless, 'product.png': content } }), (error) => {
      assert.ok(error instanceof kind && told(error), error.stack);
      assert.match(error.message, kind === Unavailable ? /closed/ : /"product\.png"/);
      return true;
    });
    await until(() => endless.destroyed);
  }
});

test('what is no file, too large, read before or an answer of failure is refused', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const [pipe, large] = [join(folder, 'pipe'), join(folder, 'large.bin')];
  execFileSync('mkfifo', [pipe]);
  writeFileSync(large, '');
  truncateSync(large, (1 << 30) + 1);
  const read = Readable.from([Buffer.from('x')]);
  for await (const _ of read);
  const answered = new Response('not found', { status: 404 });
  for (const [content, words] of [
    [pathToFileURL(pipe), /is no file/],
    [pathToFileURL('/dev/zero'), /is no file/],
    [pathToFileURL(large), /has 1073741825 bytes: at most 1073741824 bytes are read/],
    [read, /was read before/],
    [answered, /is an answer with the status 404/],
  ]) {
    await assert.rejects(studio.import(document(), { files: { 'product.png': content } }), (error) => {
      assert.ok(error instanceof InvalidInput, error.stack);
      assert.match(error.message, words);
      return true;
    });
  }
  for (const path of [pipe, large]) {
    await assert.rejects(async () => studio.import(pathToFileURL(path)), { code: 'invalid_input', message: /the document/ });
  }
});

test('a document is an object, a text or a file', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const inside = below(folder, 'in');
  const file = pathToFileURL(join(inside, 'ad.json'));
  writeFileSync(file, `\ufeff${JSON.stringify(document('file'))}`);
  writeFileSync(join(inside, 'product.png'), photo);
  assert.equal((await studio.import(file)).project_id, 'file');
  assert.equal((await studio.import(JSON.stringify(document('text')), { folder })).project_id, 'text');
  class Order {
    constructor() {
      Object.assign(this, document('order'));
    }
  }
  assert.equal((await studio.import(new Order(), { folder: pathToFileURL(folder) })).project_id, 'order');
  const image = pathToFileURL(join(folder, 'product.png'));
  assert.equal((await studio.import(document('url', { product: { image } }), { folder })).project_id, 'url');
  const looked = await studio.inspect(file);
  assert.ok(looked.length > 0 && looked.every(({ problem }) => !problem));
  const broken = await studio.inspect(document('none', { product: { image: 'none.png' } }), { folder });
  assert.equal(broken.find(({ problem }) => problem).problem.code, 'invalid_input');
  const missing = pathToFileURL(join(folder, 'none.json'));
  for (const ask of [() => studio.import(missing), async () => validate(missing)]) {
    await assert.rejects(ask(), (error) => error instanceof NotFound && error.cause.code === 'ENOENT' && /none\.json/.test(error.message));
  }
  await assert.rejects(studio.import(pathToFileURL(folder)), (error) => error instanceof Io && error.cause.code === 'EISDIR');
});

test('a run is watched from elsewhere', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  await studio.import(document(), { folder });
  const heard = all(studioIn(folder).watch('least', { everyMs: 50 }));
  const run = await studio.run('least');
  await run.result();
  const last = (await heard).at(-1);
  assert.deepEqual([last.type, last.run_id], ['run_finished', run.id]);
  assert.deepEqual(await all(studio.watch('least', { fromSeq: last.seq })), [last]);
  await assert.rejects(studio.watch('nobody').next(), { code: 'not_found' });
});

test('whoever listens hears of every run, in time', async (t) => {
  const folder = folderOf(t);
  const heard = [];
  const warnings = [];
  const note = (warning) => warnings.push(warning);
  process.on('warning', note);
  t.after(() => process.off('warning', note));
  const studio = studioIn(folder, {
    onEvent(event) {
      heard.push(event);
      if (event.type === 'run_started') throw new Error("a listener's own fault");
      // It may ask the studio, too.
      return event.type === 'estimated' ? studio.state('nobody') : studio.list();
    },
  });
  await (await studio.generate(document(), { folder })).result();
  assert.deepEqual([heard.at(-1).type, heard.at(-1).status], ['run_finished', 'COMPLETED']);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(warnings.map(({ name }) => name), ['AdgenWarning', 'AdgenWarning']);
  assert.match(warnings.map(({ detail }) => detail).join(), /a listener's own fault.*nobody/s);
  assert.throws(() => new Studio({ onEvent: 1 }), TypeError);
});

test('many runs share a studio', async (t) => {
  const folder = folderOf(t);
  const studio = studioIn(folder);
  const works = Array.from({ length: 50 }, async (_, number) => {
    const run = await studio.generate(document(`p${number}`), { folder });
    if (number % 10 === 0) return (await run.result()).state.status;
    run.cancel();
    return run.result().catch((error) => error.code);
  });
  const ends = await Promise.all(works);
  assert.deepEqual([ends.filter((end) => end === 'COMPLETED').length, ends.filter((end) => end === 'cancelled').length], [5, 45]);
  assert.equal((await studio.list()).length, 50);
});

test('options are checked at once', async (t) => {
  const folder = folderOf(t);
  assert.throws(
    () => studioIn(folder, { jobs: 0, maxDollars: 2 }),
    (error) => {
      assert.equal(error.name, 'InvalidConfig');
      assert.deepEqual(error.problems.map(({ path }) => path).sort(), ['jobs', 'maxDollars']);
      return true;
    },
  );
  const studio = studioIn(folder, { maxUsd: 2.5, assets: { urls: true }, jobTimeoutS: 10, models: { video: undefined } });
  const config = await studio.config();
  assert.deepEqual([config.max_usd, config.assets.urls, config.job_timeout_s], [2.5, true, 10]);
  await assert.rejects(studio.generate(document(), { folder, jobs: 0 }), (error) => {
    assert.deepEqual([error.code, error.problems[0].path], ['invalid_config', 'jobs']);
    return true;
  });
  // A limit that is misspelt must not be none.
  for (const wrong of [{ maxUSD: 1 }, { max_usd: 1 }, { remover: {} }]) {
    await assert.rejects(studio.generate(document(), { folder, ...wrong }), TypeError);
  }
  await assert.rejects(studio.generate(document(), folder), { name: 'TypeError', message: /takes an object of options/ });
  for (const wrong of [7, null, 'storage', []]) assert.throws(() => new Studio(wrong), TypeError);
  assert.throws(() => new Studio({ storage: 7 }), TypeError);
  assert.throws(() => new Studio({ storage: 'ftp://a/b' }), { code: 'invalid_config', message: /ftp/ });
  assert.throws(() => Studio('storage'), TypeError);
});

test('what is wrong with options is told with their names', async (t) => {
  const folder = folderOf(t);
  for (const [options, path, words] of [
    [{ maxUsd: '2' }, 'maxUsd', /number/],
    [{ maxUsd: NaN }, 'maxUsd', /NaN/],
    [{ http: { timeout: 5 } }, 'http.timeout', /connectTimeoutS, proxy, readTimeoutS or rootCertificates/],
    [{ http: { connectTimeoutS: 'x' } }, 'http.connectTimeoutS', /number/],
    // What is a value keeps its name.
    [{ assets: { reach: 'max_usd' } }, 'assets.reach', /"max_usd".*document_folder, own_documents or any_path/],
  ]) {
    assert.throws(() => studioIn(folder, options), (error) => {
      assert.deepEqual([error.code, error.problems.map((problem) => problem.path)], ['invalid_config', [path]]);
      assert.match(error.problems[0].message, words);
      return true;
    });
  }
  await assert.rejects(studioIn(folder).generate(document(), { folder, maxUsd: '2' }), (error) => error.problems[0].path === 'maxUsd');
  for (const [wrong, words] of [
    [{ max_usd: 2 }, 'Studio has no option max_usd: maxUsd is its name'],
    [{ http: { connect_timeout_s: 1 } }, 'Studio has no option http.connect_timeout_s: connectTimeoutS is its name'],
  ]) {
    assert.throws(() => studioIn(folder, wrong), { name: 'TypeError', message: words });
    assert.throws(() => Studio.fromEnv(wrong), { name: 'TypeError', message: words });
  }
  await assert.rejects(studioIn(folder).generate(document(), { folder, max_usd: 2 }), { message: /maxUsd is its name/ });
});

test('a storage is a path or an address, and seen', async (t) => {
  const folder = folderOf(t);
  assert.equal((await new Studio({ storage: pathToFileURL(folder) }).config()).storage, folder);
  const bucket = new Studio({ storage: new URL('s3://bucket/prefix') });
  assert.equal(inspect(bucket), "Studio { storage: 's3://bucket/prefix' }");
  assert.equal(inspect(new Studio()), "Studio { storage: 'storage' }");
});

test('a storage that cannot be written says so', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'file'), 'no folder');
  for (const place of ['file', 'file/below']) {
    // What can be seen at once is told at once.
    const imports = async () => new Studio({ storage: join(folder, place) }).import(document(), { folder });
    await assert.rejects(imports, (error) => {
      assert.ok(['io', 'invalid_config', 'not_found'].includes(error.code), error.code);
      assert.match(JSON.stringify(error), /file/);
      return true;
    });
  }
});
