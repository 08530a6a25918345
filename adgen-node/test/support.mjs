// What the tests share: a photo, small documents, folders, programs of their own, and the emulated services.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path) => readFileSync(join(root, path), 'utf8');
/** The package's folder, and what a program of its own requires. */
export const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** The check of PNG's chunks: Node has one from 22 on. */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

/** A photo that is cut out already, so that no model is asked: a red box on nothing. */
function png(width, height) {
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    rows.push(0);
    for (let x = 0; x < width; x += 1) {
      const isBox = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 3;
      rows.push(...(isBox ? [200, 40, 30 + (y % 60), 255] : [0, 0, 0, 0]));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const chunk = (kind, data) => {
    const whole = Buffer.alloc(12 + data.length);
    whole.writeUInt32BE(data.length, 0);
    whole.write(kind, 4, 'latin1');
    data.copy(whole, 8);
    whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
    return whole;
  };
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(Buffer.from(rows));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

export const photo = png(300, 400);

/** The least work that still gives a video: one scene, no music, 240 pixels wide. */
export function document(id = 'least', more = {}) {
  return {
    id,
    brief: { product_name: 'Amara Oil', duration_s: 3, mood: 'warm' },
    product: { image: 'product.png' },
    scenes: [
      {
        id: 'only',
        role: 'hook',
        duration_s: 3,
        caption: 'Melts in',
        background: { generate: { prompt: `soft light on a plain wall, ${id}` } },
      },
    ],
    audio: { music: null },
    output: { short_side: 240, fps: 24, quality: 'draft' },
    seed: 7,
    ...more,
  };
}

const ends = new WeakMap();
/** Cleans up after a test, what came last first: a program goes before its folder. */
export function atEnd(t, clean) {
  if (!ends.has(t)) {
    ends.set(t, []);
    t.after(async () => {
      for (const one of ends.get(t).reverse()) await one();
    });
  }
  ends.get(t).push(clean);
}

/** A folder with the photo, which goes with the test. */
export function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), 'adgen-node-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  writeFileSync(join(folder, 'product.png'), photo);
  return folder;
}

/** Runs a program of its own (CommonJS) in `folder`, with `adgen` and `document` at hand; gives what it said. */
export function program(folder, text, { timeout = 60_000, name = 'program.cjs', args = [] } = {}) {
  const head = `'use strict';
const loading = process.cpuUsage();
const adgen = require(${JSON.stringify(packageFolder)});
const { user, system } = process.cpuUsage(loading);
const loaded = (user + system) / 1000;
const document = ${document.toString()};
`;
  writeFileSync(join(folder, name), head + text);
  const begun = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...args, name], {
    cwd: folder,
    encoding: 'utf8',
    timeout,
  });
  return { status, signal, stdout, stderr, seconds: (performance.now() - begun) / 1000 };
}

const made = new Map();
/** A film or a track of FFmpeg's. */
export function media(name, ...source) {
  if (!made.has(name)) {
    const folder = mkdtempSync(join(tmpdir(), 'adgen-media-'));
    const path = join(folder, name);
    const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', ...source, path], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    made.set(name, readFileSync(path));
    rmSync(folder, { recursive: true });
  }
  return made.get(name);
}
export const clip = () => media('clip.mp4', 'testsrc=s=240x426:r=24:d=4', '-pix_fmt', 'yuv420p');
export const track = () => media('track.mp3', 'sine=d=6');
export const jpeg = () => media('photo.jpg', 'color=white:s=300x400,drawbox=80:60:140:280:red:fill', '-frames:v', '1');

/** The emulated services, in a process of their own; their keys are in the environment until the test is over. */
export async function services(t, script = {}) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const path = join(target, 'debug/adgen-emulator');
  assert.ok(existsSync(path), `${path} is not there: \`make test\` builds it`);
  const usual = { latency_s: [0.05], audio_latency_s: [0.05], start_s: 0 };
  const emulator = spawn(path, [JSON.stringify({ ...usual, ...script })], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: emulator.stdout })[Symbol.asyncIterator]();
  const said = async () => JSON.parse((await lines.next()).value);
  const environment = await said();
  Object.assign(process.env, environment);
  atEnd(t, () => {
    Object.keys(environment).forEach((name) => delete process.env[name]);
    emulator.stdin.end();
  });
  return {
    /** Every prediction that was ordered. */
    predictions() {
      emulator.stdin.write('journal\n');
      return said();
    },
  };
}

/** All of it. */
export async function all(events) {
  const heard = [];
  for await (const event of events) heard.push(event);
  return heard;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until it is so, ten seconds at most. */
export async function until(isSo) {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isSo()) return;
    await sleep(20);
  }
  assert.fail('it never came to be so');
}

/** An empty folder below another one. */
export function below(folder, name) {
  mkdirSync(join(folder, name));
  return join(folder, name);
}
