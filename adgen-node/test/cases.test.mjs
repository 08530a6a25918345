// The cases of tests/cases, which run in every language.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as adgen from 'adgen';
import { clip, document, folderOf, read, until } from './support.mjs';

const { AdgenError, Studio, provider } = adgen;
const cases = (name) => JSON.parse(read(`tests/cases/${name}.json`)).cases;

/** RFC 7396. */
function merged(whole, patch) {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const made = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? { ...whole } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete made[name];
    else made[name] = merged(made[name], value);
  }
  return made;
}

/** A provider whose answers are written down. */
function scripted({ info, ...methods }, calls) {
  const made = { info };
  for (const [name, written] of Object.entries(methods)) {
    const answers = [...written];
    made[name] = () => {
      calls[name] = (calls[name] ?? 0) + 1;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if ('raise' in answer) throw AdgenError.fromJSON(answer.raise);
      if ('crash' in answer) throw new Error(answer.crash);
      return answer.give === 'clip' ? provider.done({ data: clip(), costUsd: 0.25 }) : answer.give;
    };
  }
  return made;
}

const fits = (event, wanted) => Object.entries(wanted).every(([name, value]) => event[name] === value);

async function runs(t, { document: patch, providers = {}, options = {}, at, after_calls: afterCalls = {}, expect }) {
  const folder = folderOf(t);
  const calls = {};
  const own = Object.fromEntries(Object.entries(providers).map(([role, script]) => [role, scripted(script, calls)]));
  const studio = new Studio({ storage: join(folder, 'storage'), ...own });
  const named = Object.entries(options).map(([name, value]) => [name === 'max_usd' ? 'maxUsd' : name, value]);
  const run = await studio.generate(merged(document(), patch), { folder, ...Object.fromEntries(named) });
  const events = [];
  for await (const event of run) {
    events.push(event);
    if (at === undefined || !fits(event, at)) continue;
    await until(() => Object.entries(afterCalls).every(([name, count]) => (calls[name] ?? 0) >= count));
    run.cancel();
  }
  const [outcome, error] = await run.result().then((outcome) => [outcome], (error) => [undefined, error]);
  assert.equal(run.status, expect.status, error?.stack);
  assert.equal(error?.code, expect.error?.code);
  if (expect.error) assert.ok(JSON.stringify(error).includes(expect.error.mentions), JSON.stringify(error));
  if (expect.videos) assert.deepEqual(outcome.videos.map(({ name }) => name), expect.videos);
  const waiting = [...(expect.events ?? [])];
  for (const event of events) if (waiting.length > 0 && fits(event, waiting[0])) waiting.shift();
  assert.deepEqual(waiting, [], events.map(({ type }) => type).join());
  if (expect.cost_usd !== undefined) assert.ok(Math.abs(events.at(-1).cost_usd - expect.cost_usd) < 1e-9);
  if (expect.degradations) {
    const told = run.state.degradations;
    const wanted = expect.degradations.map(({ artifact, code }) => [artifact, code]);
    assert.deepEqual(told.map(({ artifact, cause }) => [artifact, cause.code]), wanted);
    told.forEach(({ cause }, at) => assert.ok(JSON.stringify(cause).includes(expect.degradations[at].mentions ?? '')));
  }
  for (const [name, count] of Object.entries(expect.calls ?? {})) assert.equal(calls[name] ?? 0, count, name);
}

for (const kind of ['events', 'providers', 'cancels']) {
  for (const one of cases(kind)) test(`as in every language: ${kind}: ${one.name}`, (t) => runs(t, one));
}

for (const { name, verb, arguments: given, error: expect } of cases('errors')) {
  test(`as in every language: errors: ${name}`, async (t) => {
    const studio = new Studio({ storage: join(folderOf(t), 'storage') });
    const answer = studio[verb](...given.map((argument) => (argument === '$document' ? document() : argument)));
    await assert.rejects(verb === 'watch' ? answer.next() : answer, (error) => {
      assert.equal(error.code, expect.code);
      assert.equal(error.constructor.code, expect.code);
      assert.ok(JSON.stringify(error).includes(expect.mentions), JSON.stringify(error));
      if (expect.problems) assert.deepEqual(error.problems.map(({ path }) => path).sort(), expect.problems.toSorted());
      return true;
    });
  });
}
