// A video provider in JavaScript: the palette's colours in turn, drawn as a remote service would draw them.
//
//     node examples/provider.mjs cup.jpg
//
// Needs `npm install adgen`, and nothing else.
import { createWriteStream } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { NotFound, Studio, Unsupported, provider, testkit } from 'adgen';

/** Clips that go from colour to colour. A job has a name before it is done, so that it can be found again. */
class Tides {
  // The model is part of every clip's content key: give it a new name when the pictures change.
  info = provider.info('tides', 'tides-1', 'free');
  capability = { max_duration_s: 60 };
  #jobs = new Map();

  /** Any length, in one size, whatever the video's. */
  offer({ duration_s }) {
    return { duration_s, short_side: null };
  }

  start(request, context) {
    if (request.image !== null || request.duration_s > 60) {
      throw new Unsupported('tides have no picture to begin with, and last a minute at most');
    }
    // The last moment to leave: from here on something is ordered.
    context.checkWanted();
    const name = `job-${this.#jobs.size + 1}`;
    const job = { path: join(context.scratch, `${name}.y4m`), controller: new AbortController(), progress: 0 };
    job.work = draw(request, job).then(
      () => (job.end = provider.done({ file: job.path })),
      (error) => (job.end = provider.failed(error.message, { kind: error.name === 'AbortError' ? 'cancelled' : undefined })),
    );
    this.#jobs.set(name, job);
    return provider.pending(name, { checkAfterMs: 50 });
  }

  check(name) {
    const job = this.#job(name);
    return job.end ?? provider.pending(name, { checkAfterMs: 50, progress: job.progress });
  }

  async cancel(name) {
    const job = this.#job(name);
    if (job.end?.done) return provider.alreadyOver();
    job.controller.abort();
    await job.work;
    return provider.stopped();
  }

  #job(name) {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new NotFound(`there is no job ${name}`);
    return job;
  }
}

/** Writes a film in YUV4MPEG2, which FFmpeg reads and which takes no encoder: a line of text, then frame after frame. */
async function draw(request, job) {
  const [wide, high] = request.aspect.split(':').map(Number);
  // Colours need few pixels: the pipeline scales what it is given.
  const [width, height] = wide < high ? [72, even((72 * high) / wide)] : [even((72 * wide) / high), 72];
  const colors = request.palette.length > 0 ? request.palette : ['#5A6E82'];
  const frames = Math.ceil(request.duration_s * request.fps);
  async function* film() {
    yield `YUV4MPEG2 W${width} H${height} F${request.fps}:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n`;
    for (let frame = 0; frame < frames; frame += 1) {
      job.progress = frame / frames;
      const [y, cb, cr] = planes(blend(colors, frame / request.fps / 2));
      yield Buffer.concat([
        Buffer.from('FRAME\n'),
        Buffer.alloc(width * height, y),
        // The colour's two planes have half the width and half the height.
        Buffer.alloc((width * height) / 4, cb),
        Buffer.alloc((width * height) / 4, cr),
      ]);
      // The run is served in between.
      await setImmediate();
    }
  }
  await pipeline(film, createWriteStream(job.path), { signal: job.controller.signal });
}

const even = (value) => 2 * Math.round(value / 2);

/** The colour at a place between two of them. */
function blend(colors, at) {
  const [from, to] = [0, 1].map((next) => rgb(colors[(Math.floor(at) + next) % colors.length]));
  const part = (1 - Math.cos((at % 1) * Math.PI)) / 2;
  return from.map((value, channel) => value + (to[channel] - value) * part);
}

const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);

/** 0-1 each to BT.601, limited range: what readers take so small a picture for. */
function planes([r, g, b]) {
  const luma = 0.299 * r + 0.587 * g + 0.114 * b;
  return [16 + 219 * luma, 128 + (224 * (b - luma)) / 1.772, 128 + (224 * (r - luma)) / 1.402].map(Math.round);
}

// What belongs into a test of the provider: does it keep the rules of the contract?
const request = {
  prompt: 'a calm wall', negative_prompt: null, image: null, duration_s: 2, aspect: '9:16', short_side: 240, fps: 24, seed: 1,
  palette: ['#B5651D', '#2F3E2E'],
};
const report = await testkit.video(new Tides(), request, { refusesImages: true });
console.log(String(report));
report.expectPassed();

const [photo] = process.argv.slice(2);
if (photo !== undefined) {
  const studio = new Studio({ storage: 'storage', video: new Tides() });
  const project = {
    id: 'tides',
    brief: { product_name: 'Rosso', duration_s: 8 },
    product: { image: basename(photo) },
    output: { short_side: 540 },
  };
  const run = await studio.generate(project, { folder: dirname(resolve(photo)) });
  const outcome = await run.show();
  console.log(outcome.videos[0].path);
}
