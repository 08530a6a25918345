// The package: its names, its version, its two import styles. The cases that every language shares lie in tests/cases.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
// The package by its own name: what `exports` of package.json says is tested too.
import adgen, { AdgenError, Studio, provider, testkit, validate, version } from 'adgen';
import * as providerAlone from 'adgen/provider';
import * as testkitAlone from 'adgen/testkit';
import { read } from './support.mjs';

const require = createRequire(import.meta.url);
const { cases } = JSON.parse(read('tests/cases/validate.json'));
const sound = { id: 'demo', brief: { product_name: 'Rosso' }, product: { image: 'rosso.png' } };

test('both import styles give the same', async () => {
  const required = require('adgen');
  assert.equal(adgen, required);
  assert.deepEqual([required.Studio, required.validate, required.AdgenError], [Studio, validate, AdgenError]);
  const names = Object.keys(await import('adgen')).filter((name) => name !== 'default' && name !== 'module.exports');
  assert.deepEqual(names.sort(), Object.keys(required).sort());
  assert.deepEqual([providerAlone.done, testkitAlone.video], [provider.done, testkit.video]);
});

test('one version everywhere', () => {
  const [, core] = read('Cargo.toml').match(/^version = "(.+)"$/m);
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
