// What people hand in that is no document.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InvalidProject, Studio, schema, validate, verifyWebhook } from 'adgen';
import { folderOf } from './support.mjs';

const sound = { id: 'demo', brief: { product_name: 'Rosso' }, product: { image: 'rosso.png' } };

function itself() {
  const value = { id: 'demo' };
  value.brief = value;
  return value;
}

function deep() {
  let value = {};
  for (let depth = 0; depth < 100_000; depth += 1) value = { x: value };
  return value;
}

const studio = new Studio({ storage: '/nowhere/that/is' });
/** Every way that a document comes in; a refusal needs no storage. */
const ways = [
  async (project) => validate(project),
  (project) => studio.import(project),
  (project) => studio.generate(project),
  (project) => studio.estimate(project),
  (project) => studio.save(project),
];

for (const [name, value, path, words] of [
  ['NaN', { ...sound, seed: NaN }, 'seed', /NaN is no number/],
  ['Infinity', { ...sound, brief: { duration_s: Infinity } }, 'brief.duration_s', /Infinity is no number/],
  ['BigInt', { ...sound, seed: 1n }, 'seed', /^is a BigInt/],
  ['Date', { ...sound, scenes: [{}, { id: new Date() }] }, 'scenes[1].id', /is a Date/],
  ['Map', { ...sound, brand: new Map() }, 'brand', /is a Map/],
  ['Set', { ...sound, brand: { colors: new Set(['red']) } }, 'brand.colors', /is a Set/],
  ['Buffer', { ...sound, product: { image: Buffer.from('x') } }, 'product.image', /is a Buffer/],
  ['ArrayBuffer', { ...sound, product: { image: new ArrayBuffer(1) } }, 'product.image', /is an ArrayBuffer/],
  ['Promise', { ...sound, brief: Promise.resolve() }, 'brief', /is a Promise/],
  ['function', { ...sound, title: () => 'x' }, 'title', /^is a function/],
  ['symbol', { ...sound, title: Symbol('x') }, 'title', /^is a symbol/],
  ['undefined in an array', { ...sound, scenes: [undefined] }, 'scenes[0]', /is undefined/],
  ['a hole', { ...sound, scenes: new Array(1) }, 'scenes[0]', /is undefined/],
  ['a document that is none', Buffer.from('{}'), '', /^it is a Buffer/],
  ['half of a character', { ...sound, scenes: [{ caption: 'a\ud83d' }] }, 'scenes[0].caption', /half of a character/],
  ['half of a character in a name', { ...sound, 'a\ud83d': 1 }, 'a\ufffd', /half of a character/],
  ['a long name', { ...sound, ['k'.repeat(1_000_000)]: NaN }, `${'k'.repeat(80)}…`, /NaN/],
  ['itself', itself(), 'brief', /^is an object that holds itself$/],
  ['deep', deep(), undefined, /nested more than 100 levels deep/],
  ['no JSON', { toJSON: () => undefined }, '', /is undefined/],
]) {
  test(`what JSON has no word for is named with its place: ${name}`, async () => {
    for (const way of ways) {
      await assert.rejects(way(value), (error) => {
        assert.ok(error instanceof InvalidProject, error);
        const [problem] = error.problems;
        if (path !== undefined) assert.equal(problem.path, path);
        assert.match(problem.message, words);
        assert.ok(error.message.startsWith('the document cannot be written as JSON: ') && error.message.length < 300);
        return true;
      });
    }
  });
}

test('what JavaScript leaves out is left out', () => {
  assert.deepEqual(validate({ ...sound, title: undefined }), []);
  assert.deepEqual(validate({ ...sound, toJSON: () => sound }), []);
  assert.deepEqual(validate(Object.assign(Object.create(null), sound)), []);
  assert.deepEqual(validate({ ...sound, product: { image: new URL('https://example.com/a.png') } }), []);
  const [problem] = validate(JSON.parse('{"__proto__": {"id": 1}}')).filter(({ path }) => path === '__proto__');
  assert.ok(problem);
  assert.throws(() => validate({ get id() { throw new RangeError('mine'); } }), RangeError);
});

for (const [kind, wrong] of [
  ['undefined', undefined],
  ['null', null],
  ['an array', []],
  ['a number', 1],
  ['a boolean', true],
  ['a BigInt', 1n],
  ['a symbol', Symbol('project')],
  ['a function', () => '{}'],
  ['a URL (http:): only file: URLs are read', new URL('http://x/y')],
]) {
  test(`another type is a TypeError: ${kind}`, async () => {
    const message = `project must be an object, JSON text or the file: URL of a document, not ${kind}`;
    for (const way of ways) await assert.rejects(way(wrong), { name: 'TypeError', message });
  });
}

test('ten megabytes of text are answered', async () => {
  const long = 'a'.repeat(10_000_000);
  for (const project of [{ ...sound, title: long }, JSON.stringify({ ...sound, title: long }), long]) {
    assert.ok(validate(project).length > 0);
    await assert.rejects(studio.import(project), (error) => {
      assert.equal(error.code, 'invalid_project');
      assert.ok(JSON.stringify(error).length < 10_000);
      return true;
    });
  }
});

test('half of a character in a text is no crash', () => {
  // In a text, Node itself puts U+FFFD in its place.
  assert.ok(validate('{"id": "\ud83d"}').some((problem) => problem.path === 'id'));
});

test('a document that is far too deep is a problem', () => {
  assert.deepEqual(validate('['.repeat(1_000_000)).map((problem) => problem.path), ['']);
});

test('ids that are none are refused', async (t) => {
  const here = new Studio({ storage: join(folderOf(t), 'storage') });
  for (const id of ['', '..', 'a/b', '\0', 'x'.repeat(1000), 'é', '\ud83d']) {
    for (const verb of ['state', 'document', 'delete', 'run']) {
      await assert.rejects(here[verb](id), (error) => {
        assert.ok(['invalid_project', 'invalid_config', 'not_found'].includes(error.code), `${verb}: ${error.stack}`);
        return true;
      });
    }
  }
  for (const none of [7, null, undefined, {}, NaN, ['a']]) {
    for (const [verb, ...more] of [['state'], ['document'], ['delete'], ['report'], ['run'], ['resume'], ['copy', 'b'], ['url', 'b']]) {
      await assert.rejects(here[verb](none, ...more), { name: 'TypeError', message: /^(projectId|from) of \w+ must be a string, not / });
    }
    assert.throws(() => here.watch(none), { name: 'TypeError', message: /^projectId of watch must be a string/ });
  }
  await assert.rejects(here.removeWaste({ waste: 'all' }), { code: 'invalid_config' });
  await assert.rejects(here.url('a', 'b', { expiresS: -1 }), TypeError);
});

for (const [words, ask] of [
  ['scene of preview must be a whole number, 0 or more, not -1', () => studio.preview('x', { scene: -1 })],
  ['scene of preview must be a whole number, 0 or more, not "0"', () => studio.preview('x', { scene: '0' })],
  ['seconds of preview must be a number of seconds, 0 or more, not NaN', () => studio.preview('x', { seconds: NaN })],
  ['width of preview must be a whole number, 1 or more, not 0.5', () => studio.preview('x', { scene: 0, width: 0.5 })],
  ['shortSide of preview must be a whole number, 1 or more, not "wide"', () => studio.preview('x', { scene: 0, shortSide: 'wide' })],
  ['to of copy must be a string, not undefined', () => studio.copy('x')],
  ['file of url must be a string, not undefined', () => studio.url('x')],
  ['expiresS of url must be a number of seconds, 0 or more, not "60"', () => studio.url('x', 'y', { expiresS: '60' })],
  ['everyMs of watch must be a whole number, 0 or more, not -1', async () => studio.watch('x', { everyMs: -1 })],
  ['ifMatch of save must be a string, not 7', () => studio.save(sound, { ifMatch: 7 })],
  ['bought of findWaste must be true or false, not "no"', () => studio.findWaste({ bought: 'no' })],
  ['plan of removeWaste must be an object, not undefined', () => studio.removeWaste()],
]) {
  test(`a wrong argument is told in JavaScript's words: ${words}`, async () => {
    await assert.rejects(ask(), { name: 'TypeError', message: words });
  });
}

for (const [path, isHinted] of [
  ['project.json', true],
  ['../ads/ROSSO.JSON', true],
  [fileURLToPath(import.meta.url), true],
  ['hello', false],
  ['{"id": 1', false],
  ['null', false],
]) {
  test(`a path in a document's place is told ${isHinted ? 'how files are handed in' : 'of no files'}: ${path}`, async () => {
    for (const way of ways.slice(1)) {
      await assert.rejects(way(path), (error) => {
        assert.equal(error.code, 'invalid_project');
        assert.equal(/pathToFileURL/.test(error.hint), isHinted, error.hint);
        return true;
      });
    }
    assert.equal(/pathToFileURL/.test(validate(path)[0].message), isHinted);
  });
}

test('a webhook is checked', () => {
  const key = Buffer.from('0123456789abcdef01234567');
  const body = Buffer.from('{"id": "job-1", "status": "succeeded"}');
  const secret = `whsec_${key.toString('base64')}`;
  const headers = (at) => {
    const signed = createHmac('sha256', key).update(`msg_1.${at}.`).update(body).digest('base64');
    return { 'Webhook-Id': 'msg_1', 'webhook-timestamp': String(at), 'WEBHOOK-SIGNATURE': `v1,${signed}`, other: undefined };
  };
  const now = (seconds) => ({ now: new Date(seconds * 1000) });
  const event = { job: 'job-1', delivery: 'msg_1' };
  assert.deepEqual(verifyWebhook(secret, headers(1000), body, now(1100)), event);
  const { other, ...plain } = headers(1000);
  for (const given of [new Headers(plain), new Map(Object.entries(plain)), Object.entries(plain)]) {
    assert.deepEqual(verifyWebhook(secret, given, new Uint8Array(body), now(1000)), event);
  }
  assert.deepEqual(verifyWebhook(secret, headers(1000), body, { ...now(2000), toleranceS: 1000 }), event);
  for (const wrong of [
    () => verifyWebhook(secret, headers(1000), Buffer.concat([body, Buffer.from(' ')]), now(1000)),
    () => verifyWebhook(secret, headers(1000), body, now(2000)),
    () => verifyWebhook(secret, headers(1000), body),
  ]) {
    assert.throws(wrong, { name: 'Unauthenticated', code: 'unauthenticated' });
  }
  const lacking = { 'webhook-id': 'a', 'webhook-timestamp': '1' };
  assert.throws(() => verifyWebhook(secret, lacking, body), { code: 'invalid_input', message: /webhook-signature/ });
  assert.throws(() => verifyWebhook('no secret', headers(1000), body, now(1000)), { code: 'invalid_config' });
  for (const wrong of [
    () => verifyWebhook(secret, headers(1000), body.toString()),
    () => verifyWebhook(secret, null, body),
    () => verifyWebhook(undefined, headers(1000), body),
    () => verifyWebhook(secret, headers(1000), body, { now: 1000 }),
  ]) {
    assert.throws(wrong, TypeError);
  }
});

test('schemas are there', () => {
  assert.ok(schema().properties.id);
  assert.ok(schema('studio_config').properties.jobs);
  assert.throws(() => schema('nothing'), { code: 'invalid_config', message: /run_options/ });
});
