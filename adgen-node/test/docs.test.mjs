// Every block of docs/node.md and of this package's README is run, and the example provider.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { atEnd, document, folderOf, packageFolder, photo, read, root, services } from './support.mjs';

/** A folder as a reader's: the package is installed, and there are a photo, a document and a table. */
function readerOf(t) {
  const folder = folderOf(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(packageFolder, join(folder, 'node_modules/adgen'));
  // It is cut out already, so that no model is needed.
  writeFileSync(join(folder, 'cup.jpg'), photo);
  writeFileSync(join(folder, 'project.json'), JSON.stringify(document('project', { product: { image: 'cup.jpg' } })));
  writeFileSync(join(folder, 'products.csv'), 'id,name,mood,photo\none,Rosso,warm,cup.jpg\ntwo,Verde,calm,none.jpg\n');
  return folder;
}

const blocks = new Map();
for (const file of ['docs/node.md', 'adgen-node/README.md']) {
  for (const [, text] of read(file).matchAll(/^```js\n(.*?)^```$/gms)) {
    const [, name] = text.match(/^\/\/ (\S+\.mjs)$/m) ?? assert.fail(`a block of ${file} has no name: ${text}`);
    blocks.set(`${file} ${name}`, { name, text });
  }
}

/** What a program says that ends by itself. */
function ends(t, key) {
  const { name, text } = blocks.get(key);
  const folder = readerOf(t);
  writeFileSync(join(folder, name), text);
  const ran = spawnSync(process.execPath, [name], { cwd: folder, encoding: 'utf8', timeout: 120_000 });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  return ran.stdout;
}

/** A server's address; it goes with the test. */
async function serves(t, key, env = {}) {
  const { name, text } = blocks.get(key);
  const folder = readerOf(t);
  writeFileSync(join(folder, name), text);
  const server = spawn(process.execPath, [name], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  atEnd(t, () => {
    server.kill();
    return ended;
  });
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  return (await lines.next()).value;
}

const said = {
  'docs/node.md first.mjs': /final_video\.mp4/,
  'adgen-node/README.md first.mjs': /run_finished undefined\n.*final_video\.mp4/,
  'docs/node.md cancel.mjs': /^AbortError TimeoutError 0$/m,
  'docs/node.md batch.mjs': /^one .*final_video\.mp4: \$0\.00\ntwo invalid_input: .+$/m,
  'docs/node.md errors.mjs': /^(seed|id): .+\n(seed|id): .+\ntrue$/m,
  'docs/node.md provider.mjs': /^scene_1_bg .+answer was lost/m,
};
for (const [key, words] of Object.entries(said)) {
  test(`a block does what it says: ${key}`, (t) => assert.match(ends(t, key), words));
}

test('a block does what it says: the service', async (t) => {
  const origin = await serves(t, 'docs/node.md service.mjs');
  const post = (project) => fetch(`${origin}/ads`, { method: 'POST', body: JSON.stringify(project) });
  const project = document('served', { product: { image: 'cup.jpg' } });
  const made = await post(project);
  assert.deepEqual([made.status, (await made.json()).id], [202, 'served']);
  const events = await (await fetch(`${origin}/ads/served/events`)).text();
  assert.match(events, /"run_started"[\s\S]*"status":"COMPLETED"/);
  assert.equal((await (await fetch(`${origin}/ads/served`)).json()).status, 'COMPLETED');
  const broken = await post({ ...project, seed: -1 });
  const { message, ...shown } = await broken.json();
  assert.deepEqual([broken.status, shown.code, shown.problems[0].path], [422, 'invalid_project', 'seed']);
  // Nothing of this machine is shown to strangers.
  assert.deepEqual(Object.keys(shown).sort(), ['code', 'problems']);
  assert.equal((await post('no document')).status, 422);
  assert.equal((await fetch(`${origin}/ads/nobody`)).status, 404);
  assert.equal((await fetch(`${origin}/ads`, { method: 'POST', body: '{' })).status, 400);
  await post({ ...project, id: 'stopped' });
  assert.equal((await fetch(`${origin}/ads/stopped`, { method: 'DELETE' })).status, 202);
  const stopped = await (await fetch(`${origin}/ads/stopped/events`)).text();
  assert.match(stopped, /"status":"CANCELLED"/);
});

test('a block does what it says: webhooks', async (t) => {
  await services(t);
  const key = Buffer.from('0123456789abcdef01234567');
  const origin = await serves(t, 'docs/node.md webhooks.mjs', { WEBHOOK_SECRET: `whsec_${key.toString('base64')}` });
  const body = '{"id": "job-1", "status": "succeeded"}';
  const at = Math.floor(Date.now() / 1000);
  const signed = createHmac('sha256', key).update(`msg_1.${at}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signed}` };
  assert.equal((await fetch(origin, { method: 'POST', body, headers })).status, 204);
  assert.equal((await fetch(origin, { method: 'POST', body: `${body} `, headers })).status, 401);
  assert.equal((await fetch(origin, { method: 'POST', body })).status, 400);
});

test('every block was run', () => {
  const run = [...Object.keys(said), 'docs/node.md service.mjs', 'docs/node.md webhooks.mjs'];
  assert.deepEqual([...blocks.keys()].sort(), run.sort());
});

test('the example provider keeps the rules and makes an ad', (t) => {
  const folder = readerOf(t);
  cpSync(join(root, 'examples/provider.mjs'), join(folder, 'provider.mjs'));
  const ran = spawnSync(process.execPath, ['provider.mjs', 'cup.jpg'], { cwd: folder, encoding: 'utf8', timeout: 240_000 });
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  assert.match(ran.stdout, /final_video\.mp4/);
  assert.ok(!/FAILED/.test(ran.stdout) && !/instead/.test(ran.stderr), ran.stdout + ran.stderr);
});
