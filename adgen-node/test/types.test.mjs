// The types of the data, as TypeScript reads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const tsc = path('../../tests/judges/node_modules/typescript/bin/tsc');

test('the types are sound, and hold what they should', () => {
  assert.ok(existsSync(tsc), `${tsc} is missing: run make setup`);
  const flags = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noImplicitReturns'];
  const modules = ['--noEmit', '--target', 'es2022', '--module', 'nodenext', '--types', ''];
  const files = [path('types.ts'), path('../types.d.ts')];
  const ran = spawnSync(process.execPath, [tsc, ...flags, ...modules, ...files], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
});
