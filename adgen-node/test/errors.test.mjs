// Errors: a class a kind, the same facts on either side of the border, and fit to travel.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as adgen from 'adgen';
import { folderOf, packageFolder } from './support.mjs';

const { native } = createRequire(import.meta.url)('../lib/native.js');
const { AdgenError, AbortError } = adgen;
const kinds = Object.values(adgen).filter((kind) => kind?.prototype instanceof AdgenError && kind !== AbortError);

const fields = () => ({
  hint: 'wait',
  retryAfter: 1.5,
  provider: 'replicate',
  model: 'owner/name',
  requestId: 'r1',
  spentUsd: 0.25,
  possiblySpentUsd: 0.5,
  context: [
    { name: 'problem', value: 'seed: -1 is out of range' },
    { name: 'path', value: 'a: b' },
  ],
  operations: ['scenes'],
  cause: new Error('HTTP 429', { cause: new TypeError('socket') }),
});

test('there is a class for each kind', () => {
  assert.deepEqual(kinds.map(({ code }) => code).sort(), native().errorCodes().sort());
  for (const kind of kinds) {
    assert.equal(adgen[kind.name], kind);
    const error = new kind('words');
    assert.deepEqual([error.name, error.code, error.message, error.retryable], [kind.name, kind.code, 'words', false]);
    assert.ok(error instanceof Error && String(error) === `${kind.name}: words` && error.stack.includes('errors.test.mjs'));
  }
});

for (const kind of kinds) {
  test(`errors are told as data and come back: ${kind.name}`, () => {
    const error = new kind('too many requests', fields());
    assert.deepEqual([error.retryable, error.retryAfter, error.requestId], [true, 1.5, 'r1']);
    assert.deepEqual(error.problems, [{ path: 'seed', message: '-1 is out of range' }]);
    const body = JSON.parse(JSON.stringify(error));
    assert.deepEqual(body.causes, ['Error: HTTP 429', 'TypeError: socket']);
    assert.deepEqual([body.code, body.retry_after_ms, body.possibly_spent_usd], [kind.code, 1500, 0.5]);
    for (const again of [AdgenError.fromJSON(body), AdgenError.fromJSON(JSON.stringify(body))]) {
      assert.ok(again instanceof kind);
      assert.deepEqual(again.toJSON(), body);
      assert.equal(again.cause.cause.message, 'TypeError: socket');
      assert.match(again.stack, /errors\.test\.mjs/);
    }
    for (const part of ['too many requests', 'wait', 'owner/name', 'r1', '0.25', 'HTTP 429']) {
      assert.ok(inspect(error).includes(part), part);
    }
  });
}

test('the message names the first problem', async (t) => {
  const storage = folderOf(t);
  const first = await new adgen.Studio({ storage }).save({ id: 'x', brief: {}, product: { image: 3 } }).catch((error) => error);
  const message = 'the project has 2 problems, the first of them: brief.product_name: is missing; it is required';
  assert.equal(first.message, message);
  assert.ok(first.stack.startsWith(`InvalidProject: ${message}\n`), first.stack);
  // The others have the problems beside the count.
  const body = first.toJSON();
  assert.equal(body.message, 'the project has 2 problems');
  assert.equal(AdgenError.fromJSON(body).message, message);
  first.message = `rosso.json: ${first.message}`;
  assert.equal(first.toJSON().message, `rosso.json: ${message}`);
  assert.throws(() => new adgen.Studio({ storage, maxUsd: -1 }), (error) => {
    assert.match(error.message, /^[^:]* 1 problem: maxUsd: -1/);
    return error.toJSON().message.endsWith(' 1 problem');
  });
});

test('an error of a newer version is one', () => {
  const error = AdgenError.fromJSON({ code: 'out_of_moons', message: 'x', moons: 3 });
  assert.deepEqual([error.constructor, error.code, error.message], [AdgenError, 'out_of_moons', 'x']);
  assert.throws(() => AdgenError.fromJSON('no JSON'), SyntaxError);
});

test('an error goes through a worker as far as Node carries it, and whole as data', async () => {
  const error = new adgen.RateLimited('too many requests', fields());
  const cloned = structuredClone(error);
  assert.deepEqual([cloned.message, cloned.stack], [error.message, error.stack]);
  const code = `
    const { AdgenError } = require(${JSON.stringify(packageFolder)});
    const { parentPort, workerData } = require('node:worker_threads');
    const error = AdgenError.fromJSON(workerData);
    parentPort.postMessage({ name: error.name, body: error.toJSON() });
    throw error;
  `;
  const worker = new Worker(code, { eval: true, workerData: error.toJSON() });
  const failed = new Promise((resolve) => worker.once('error', resolve));
  const told = await new Promise((resolve) => worker.once('message', resolve));
  assert.equal(told.name, 'RateLimited');
  assert.deepEqual(told.body, error.toJSON());
  assert.equal((await failed).message, error.message);
});

test('what says nothing is there and not shown', () => {
  const error = new adgen.Io('no space');
  assert.deepEqual([error.retryable, error.spentUsd, error.possiblySpentUsd, error.context, error.problems], [false, 0, 0, [], []]);
  assert.match(inspect(error), /\{\s+code: 'io'\s+\}$/);
  assert.match(inspect(new adgen.RateLimited('slower', { retryAfter: 2 })), /retryable: true/);
});

test('a cause that holds itself has an end', () => {
  const error = new adgen.Io('a');
  error.cause = new Error('b', { cause: error });
  assert.ok(error.toJSON().causes.length <= 20);
});
