// What people hand in that is no document.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
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
  ['BigInt', { ...sound, seed: 1n }, 'seed', /is bigint/],
  ['Date', { ...sound, scenes: [{}, { id: new Date() }] }, 'scenes[1].id', /is a Date/],
  ['Map', { ...sound, brand: new Map() }, 'brand', /is a Map/],
  ['Set', { ...sound, brand: { colors: new Set(['red']) } }, 'brand.colors', /is a Set/],
  ['Buffer', { ...sound, product: { image: Buffer.from('x') } }, 'product.image', /is a Buffer/],
  ['ArrayBuffer', { ...sound, product: { image: new ArrayBuffer(1) } }, 'product.image', /is an ArrayBuffer/],
  ['Promise', { ...sound, brief: Promise.resolve() }, 'brief', /is a Promise/],
  ['function', { ...sound, title: () => 'x' }, 'title', /is function/],
  ['symbol', { ...sound, title: Symbol('x') }, 'title', /is symbol/],
  ['undefined in an array', { ...sound, scenes: [undefined] }, 'scenes[0]', /is undefined/],
  ['a hole', { ...sound, scenes: new Array(1) }, 'scenes[0]', /is undefined/],
  ['itself', itself(), undefined, /nested more than 100 levels deep, or holds itself/],
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
  ['number', 1],
  ['boolean', true],
  ['bigint', 1n],
  ['symbol', Symbol('project')],
  ['function', () => '{}'],
]) {
  test(`another type is a TypeError: ${kind}`, async () => {
    for (const way of ways) await assert.rejects(way(wrong), { name: 'TypeError', message: new RegExp(`not ${kind}$`) });
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

test('half of a character is no crash', () => {
  assert.deepEqual(validate({ id: '\ud83d' }).map((problem) => problem.path), ['']);
  // In a text, Node itself puts U+FFFD in its place.
  assert.ok(validate('{"id": "\ud83d"}').some((problem) => problem.path === 'id'));
});

test('a document that is far too deep is a problem', () => {
  assert.deepEqual(validate('['.repeat(1_000_000)).map((problem) => problem.path), ['']);
});

test('ids that are none are refused', async (t) => {
  const here = new Studio({ storage: join(folderOf(t), 'storage') });
  for (const id of ['', '..', 'a/b', '\0', 'x'.repeat(1000), 'é', '\ud83d', 7, null, undefined, {}, NaN]) {
    for (const verb of ['state', 'document', 'delete', 'run']) {
      await assert.rejects(here[verb](id), (error) => {
        assert.ok(['invalid_project', 'invalid_config', 'not_found'].includes(error.code), `${verb}: ${error.stack}`);
        return true;
      });
    }
  }
  await assert.rejects(here.removeWaste({ waste: 'all' }), { code: 'invalid_config' });
  await assert.rejects(here.url('a', 'b', { expiresS: -1 }), { code: 'invalid_config' });
});

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
