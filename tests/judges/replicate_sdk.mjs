// Runs the official JavaScript client, unchanged, against the emulator.
//
//     node replicate_sdk.mjs http://127.0.0.1:PORT
//
// Needs `npm ci --ignore-scripts` in this folder, or in a copy of it. Says what is wrong and exits with 1, or says how
// many flows went well.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import Replicate from "replicate";

// The package is CommonJS, whose names Node cannot import one by one.
const { parseProgressFromLogs, validateWebhook } = Replicate;
const { version } = createRequire(import.meta.url)("replicate/package.json");
const origin = (process.argv[2] ?? "").replace(/\/$/, "").replace(/\/v1$/, "");
const make = (auth) => new Replicate({ auth, baseUrl: `${origin}/v1`, userAgent: "judge" });
const replicate = make("r8_judge");
const model = "acme/dream-video";

/** Replaces the emulator's faults. */
async function script(...faults) {
  const answer = await fetch(`${origin}/__emulator/script`, { method: "POST", body: JSON.stringify({ faults }) });
  assert(answer.ok, `the script was refused: ${await answer.text()}`);
}

/** The ApiError with that status which a call must raise. */
async function refuses(status, call) {
  const error = await call.then(() => assert.fail(`${status} was not raised`), (error) => error);
  assert.equal(error.name, "ApiError", `${status} expected, got ${error}`);
  assert.equal(error.response.status, status);
  assert.match(error.response.headers.get("content-type"), /^application\/problem\+json/);
  return error;
}

const flows = {
  async "run() with the blocking request"() {
    const seen = [];
    const input = { prompt: "a harbour at dawn", duration: 4 };
    const output = await replicate.run(model, { input }, (prediction) => seen.push(prediction.status));
    assert.match(output, /\.mp4$/);
    assert.equal(seen.at(-1), "succeeded");
    const file = new Uint8Array(await (await fetch(output)).arrayBuffer());
    assert.equal(String.fromCharCode(...file.slice(4, 8)), "ftyp");
  },
  async "run() with polling, and progress from the logs"() {
    const seen = new Set();
    const input = { prompt: "b", duration: 4 };
    const progress = (prediction) => seen.add(parseProgressFromLogs(prediction)?.percentage);
    await replicate.run(model, { input, wait: { mode: "poll", interval: 100 } }, progress);
    assert(seen.size > 3 && seen.has(1), `the progress went ${[...seen]}`);
  },
  async "a model of the community, by its version"() {
    const { latest_version: latest } = await replicate.models.get("lightricks", "ltx-video");
    const output = await replicate.run(`lightricks/ltx-video:${latest.id}`, { input: { prompt: "sea" } });
    assert(Array.isArray(output) && output.length === 1, `the output is ${output}`);
    const made = await replicate.predictions.create({ version: latest.id, input: { prompt: "sea" } });
    assert.equal(made.version, latest.id);
  },
  async "create, get, wait"() {
    const made = await replicate.predictions.create({ model, input: { prompt: "c" } });
    assert.equal(made.status, "starting");
    assert.equal(made.version, "hidden");
    const done = await replicate.wait(made, { interval: 100 });
    assert.equal(done.status, "succeeded");
    assert(!Number.isNaN(Date.parse(done.started_at)) && Date.parse(done.completed_at) > Date.parse(done.started_at));
    assert.equal((await replicate.predictions.get(made.id)).output, done.output);
  },
  async "a blocking create that takes longer than it may"() {
    await script({ on: "create", do: { outcome: { status: "never" } } });
    const made = await replicate.predictions.create({ model, input: { prompt: "d" }, wait: 1 });
    assert.equal(made.status, "starting");
    assert.equal((await replicate.predictions.cancel(made.id)).status, "canceled");
  },
  async "cancel through the signal"() {
    const controller = new AbortController();
    const running = replicate.run(model, { input: { prompt: "e" }, wait: { mode: "poll" }, signal: controller.signal });
    await sleep(100);
    controller.abort();
    await running;
    assert.equal((await replicate.predictions.list()).results[0].status, "canceled");
  },
  async "a failed prediction"() {
    await script({ on: "create", do: { outcome: { status: "failed", error: "flagged as sensitive (E005)" } } });
    await assert.rejects(replicate.run(model, { input: { prompt: "f" } }), /Prediction failed: flagged as sensitive/);
  },
  async "lists, page by page"() {
    await Promise.all(
      Array.from({ length: 120 }, (_, index) => replicate.predictions.create({ model, input: { prompt: `p${index}` } })),
    );
    const ids = new Set();
    let pages = 0;
    for await (const page of replicate.paginate(replicate.predictions.list)) {
      pages += 1;
      for (const made of page) ids.add(made.id);
    }
    assert(pages >= 2 && ids.size >= 120, `${pages} pages with ${ids.size} predictions`);
    // This version of the client cannot filter a list, but it can send any request.
    const none = await replicate.request("/predictions", { params: { created_after: "2999-01-01T00:00:00Z" } });
    assert.deepEqual((await none.json()).results, []);
  },
  async "files"() {
    const blob = new Blob(["picture"], { type: "image/png" });
    const made = await replicate.files.create(blob, { ad: 7 });
    assert.deepEqual([made.content_type, made.size, made.metadata], ["image/png", 7, { ad: 7 }]);
    assert.equal((await replicate.files.get(made.id)).etag, made.etag);
    assert((await replicate.files.list()).results.some((file) => file.id === made.id));
    const input = { prompt: "turn it", start_image: blob };
    const prediction = await replicate.predictions.create({ model: "kwaivgi/kling-v2.5-turbo-pro", input });
    assert(prediction.input.start_image.startsWith(`${origin}/v1/files/`), "the input was not uploaded");
    assert.equal(await replicate.files.delete(made.id), true);
    await refuses(404, replicate.files.get(made.id));
  },
  async "models, hardware, account"() {
    const found = await replicate.models.get("acme", "dream-video");
    const { Input, duration } = found.latest_version.openapi_schema.components.schemas;
    assert.deepEqual([Input.required, duration.enum], [["prompt"], [4, 6, 8]]);
    const versions = await replicate.models.versions.list("acme", "dream-video");
    assert.equal(versions.results[0].id, found.latest_version.id);
    assert((await replicate.hardware.list()).some(({ sku }) => sku === "cpu"));
    assert.equal((await replicate.accounts.current()).type, "user");
  },
  async "webhooks"() {
    const sent = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += piece));
      request.on("end", () => (sent.push({ headers: request.headers, body }), response.end()));
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const webhook = `http://127.0.0.1:${server.address().port}/`;
    const made = await replicate.predictions.create({ model, input: { prompt: "g" }, webhook });
    await replicate.wait(made, { interval: 100 });
    for (let wait = 0; sent.length < 2 && wait < 100; wait += 1) await sleep(50);
    assert.equal(sent.length, 2, "output and completed are the events without a filter");
    const { key } = await replicate.webhooks.default.secret.get();
    for (const event of sent) assert(await validateWebhook(event, key), "a signature is wrong");
    const forged = { ...sent[0], body: `${sent[0].body} ` };
    assert.equal(await validateWebhook(forged, key), false, "a forged body was taken");
    server.close();
  },
  async "errors"() {
    await refuses(401, make("invalid").hardware.list());
    await refuses(404, replicate.predictions.get("nope"));
    const wrong = await refuses(422, replicate.predictions.create({ model, input: { prompt: "h", duration: 5 } }));
    assert.match(wrong.message, /"invalid_fields":\[.*"field":"input.duration"/);
    await refuses(422, replicate.predictions.create({ model, input: {}, stray: 1 }));
    await script({ on: "create", times: 1, do: { status: { code: 429, retry_after: 0.1 } } });
    const made = await replicate.predictions.create({ model, input: { prompt: "again" } });
    assert.equal(made.status, "starting", "a throttled create was not repeated");
    await script({ on: "get", times: 2, do: "drop_before" });
    assert.equal((await replicate.predictions.get(made.id)).id, made.id, "a read over a broken connection was not repeated");
  },
};

if (!origin) {
  console.error("usage: node replicate_sdk.mjs http://127.0.0.1:PORT");
  process.exit(2);
}
for (const [name, flow] of Object.entries(flows)) {
  try {
    await script();
    await flow();
  } catch (error) {
    console.error(`${name}: ${error.stack ?? error}`);
    process.exit(1);
  }
}
await script();
console.log(`replicate ${version}: ${Object.keys(flows).length} flows`);
