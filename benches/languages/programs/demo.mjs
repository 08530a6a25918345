// Makes an ad offline, and hears of all that happens: demo.mjs DOCUMENT STORAGE.
import { pathToFileURL } from 'node:url';
import { Studio } from 'adgen';

const [document, storage] = process.argv.slice(2);
const run = await new Studio({ storage }).generate(pathToFileURL(document), { offline: true });
for await (const event of run) console.log(event.type, event.progress);
const { videos } = await run.result();
console.log(videos[0].path);
