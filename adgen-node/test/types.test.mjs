// The types of the data and of the façade, as TypeScript reads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import adgen from 'adgen';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const tsc = path('../../tests/judges/node_modules/typescript/bin/tsc');

const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noImplicitReturns'];
const flags = [...strict, '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--types', ''];

function compiles(files, ...more) {
  assert.ok(existsSync(tsc), `${tsc} is missing: run make setup`);
  const ran = spawnSync(process.execPath, [tsc, ...flags, ...more, ...files.map(path)], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
}

test('the types are sound, and hold what they should', () => {
  compiles(['types.ts', 'facade.ts', 'esm.mts', '../index.d.ts', '../types.d.ts']);
});

test('the types need those of no platform', () => {
  compiles(['../index.d.ts'], '--lib', 'es2022');
});

test('the types name what is there', () => {
  const source = ['../index.d.ts', '../errors.d.ts'].map((name) => readFileSync(path(name), 'utf8')).join('');
  const named = [...source.matchAll(/^export (?:class|function|\* as) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(adgen).sort());
  for (const name of ['Studio', 'Run']) {
    const [, body] = source.match(new RegExp(`^export class ${name} .*?\\{$(.*?)^\\}`, 'ms'));
    const declared = [...body.matchAll(/^  (?:static |get |readonly )*(\w+)(?:\(|: )/gm)].map(([, member]) => member);
    const { prototype } = adgen[name];
    const there = [...Object.getOwnPropertyNames(prototype), ...Object.getOwnPropertyNames(adgen[name])];
    const own = there.filter((member) => !['length', 'name', 'prototype', 'constructor'].includes(member));
    assert.deepEqual([...new Set(declared)].filter((member) => !/constructor|private/.test(member)).sort(), own.sort(), name);
  }
});
