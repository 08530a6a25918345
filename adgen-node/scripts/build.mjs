// Builds the addon and lays it beside index.js as adgen.<platform>-<arch>.node: `npm run build [-- --release]`.
//
// No @napi-rs/cli: cargo does the work, and what is left is one copy. So the package has no dependency at all, and
// its types are written by hand, where they can be better than generated ones.
import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
// `--features` lets a build for tests share what cargo built for the other tests.
const unknown = process.argv.slice(2).filter((argument) => argument !== '--release' && !argument.startsWith('--features='));
if (unknown.length > 0) fail(`unknown argument: ${unknown.join(' ')}; only --release and --features=… are known`);

const built = spawnSync(
  'cargo',
  ['build', '--package', 'adgen-node', '--message-format', 'json-render-diagnostics', ...process.argv.slice(2)],
  { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] },
);
if (built.error) fail(`cargo cannot be started: ${built.error.message}`);
if (built.status !== 0) process.exit(built.status ?? 1);

const addon = join(folder, `adgen.${process.platform}-${process.arch}.node`);
// A new file in the place of the old one: a process that runs the old one keeps it.
const fresh = `${addon}.new`;
copyFileSync(library(built.stdout), fresh);
rmSync(addon, { force: true });
renameSync(fresh, addon);

/** The library among cargo's messages: cargo knows its folder and its name (.so, .dylib, .dll) on every platform. */
function library(messages) {
  for (const line of messages.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = JSON.parse(line);
    if (message.reason === 'compiler-artifact' && message.target.name === 'adgen_node') {
      const file = message.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
      if (file) return file;
    }
  }
  return fail('cargo built no library adgen_node');
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
