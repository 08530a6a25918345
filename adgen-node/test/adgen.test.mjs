// What a JavaScript program sees. The cases that every language shares lie in tests/cases at the root.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
// The package by its own name: what `exports` of package.json says is tested too.
import adgen, { validate, version } from 'adgen';

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const { cases } = JSON.parse(read('../../tests/cases/validate.json'));
const sound = { id: 'demo', brief: { product_name: 'Rosso' }, product: { image: 'rosso.png' } };

test('both import styles give the same', () => {
  const required = require('adgen');
  assert.equal(required.validate, validate);
  assert.equal(required.version, version);
  assert.equal(adgen, required);
  assert.deepEqual(Object.keys(adgen).sort(), ['validate', 'version']);
});

test('one version everywhere', () => {
  const [, core] = read('../../Cargo.toml').match(/^version = "(.+)"$/m);
  assert.equal(version(), core);
  assert.equal(require('adgen/package.json').version, core);
});

for (const { name, project, text, problems: expected } of cases) {
  test(`validates as every language does: ${name}`, () => {
    const documents = text === undefined ? [project, JSON.stringify(project)] : [text];
    for (const document of documents) {
      const problems = validate(document);
      assert.deepEqual(problems.map((problem) => problem.path), expected.map((problem) => problem.path));
      problems.forEach(({ message }, index) => {
        const { mentions } = expected[index];
        assert.ok(message.includes(mentions), `${JSON.stringify(message)} does not mention ${mentions}`);
      });
    }
  });
}

test('an object is left as it was', () => {
  const project = structuredClone(sound);
  validate(project);
  assert.deepEqual(project, sound);
});

test('a problem is plain data', () => {
  const [problem] = validate({ ...sound, seed: -1 });
  assert.deepEqual(problem, { path: 'seed', message: problem.message });
  assert.deepEqual(structuredClone(problem), problem);
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
  test(`another type is a TypeError: ${kind}`, () => {
    assert.throws(() => validate(wrong), { name: 'TypeError', message: new RegExp(`not ${kind}$`) });
  });
}

test('an object that is no JSON is a TypeError', () => {
  const itself = {};
  itself.id = itself;
  for (const wrong of [itself, { id: 1n }, { toJSON: () => undefined }]) {
    assert.throws(() => validate(wrong), TypeError);
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

test('loads in a worker thread beside the main one', async () => {
  const code = `require('node:worker_threads').parentPort.postMessage(require(${JSON.stringify(require.resolve('adgen'))}).validate('{}'))`;
  const answer = await new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).once('message', resolve).once('error', reject);
  });
  assert.deepEqual(answer, validate('{}'));
});
