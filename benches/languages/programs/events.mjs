// Delivers a run's events to a loop, and parses them, in turns: events.mjs DOCUMENT STORAGE ROUNDS. Prints what it took as JSON.
//
// The run has 10,000 events more than usual: its planner repeats itself and gives up, so that the plan is made offline.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Studio, Unavailable, provider } from 'adgen';

const [document, storage, rounds] = process.argv.slice(2);
const planner = {
  info: provider.info('bench', 'repeats-1', 'free'),
  plan(request, context) {
    for (let attempt = 0; attempt < 10_000; attempt += 1) context.retrying(attempt, 0, 'timeout');
    throw new Unavailable('there is no plan', { retryable: false });
  },
};
const run = await new Studio({ storage, planner }).generate(pathToFileURL(document));
await run.result();

const [folder] = readdirSync(join(storage, 'projects'));
const { events } = JSON.parse(readFileSync(join(storage, 'projects', folder, 'events.json'), 'utf8'));
const texts = events.map((event) => JSON.stringify(event));
const told = { count: texts.length, delivered_s: [], parsed_s: [] };
for (let round = 0; round < Number(rounds); round += 1) {
  let count = 0;
  const began = performance.now();
  for await (const event of run.events()) count += 1;
  told.delivered_s.push((performance.now() - began) / 1000);
  const parses = performance.now();
  for (const text of texts) JSON.parse(text);
  told.parsed_s.push((performance.now() - parses) / 1000);
  if (count !== texts.length || count < 10_000) throw new Error(`${texts.length} events are there, ${count} were delivered`);
}
console.log(JSON.stringify(told));
