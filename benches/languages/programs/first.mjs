// Prints the seconds from the call of `generate` to the first event, and stops the run: first.mjs DOCUMENT STORAGE.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Studio } from 'adgen';

const [document, storage] = process.argv.slice(2);
const studio = new Studio({ storage });
const asked = performance.now();
const run = await studio.generate(pathToFileURL(document), { offline: true });
await run.events().next();
writeSync(1, `${(performance.now() - asked) / 1000}\n`);
run.cancel();
await run.result().catch(() => {});
