// Finds the addon: one that was built here (`npm run build`), else that of the platform's package, which npm installs beside this one.
'use strict';

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

const platform = `${process.platform}-${process.arch}`;
/** Packages by platform; glibc's alone, where there is a choice. */
const packages = { 'linux-x64': 'adgen-linux-x64-gnu' };

/** Where the addon is, and where a package has ONNX Runtime, the model and fonts. Fails where it is nowhere. */
exports.locate = function locate() {
  const own = join(__dirname, `adgen.${platform}.node`);
  return existsSync(own) ? { file: own, bundle: undefined } : installed();
};

/** The addon that was found. */
exports.load = function load({ file, bundle }) {
  let addon;
  try {
    addon = require(file);
  } catch (cause) {
    throw new Error(`adgen cannot load its addon ${file}: ${cause.message}`, { cause });
  }
  if (bundle !== undefined) addon.setBundle(bundle);
  return addon;
};

function installed() {
  const name = packages[platform];
  if (name === undefined) throw new Error(`adgen has no package for ${platform}; \`npm run build\` in a checkout builds the addon`);
  let manifest;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch (cause) {
    throw new Error(`adgen's package ${name} is not installed: npm leaves it out with --omit=optional, or where another system installed node_modules`, { cause });
  }
  const { version } = require(manifest);
  const wanted = require('./package.json').version;
  if (version !== wanted) throw new Error(`${name} is of version ${version}, adgen of ${wanted}: install both anew`);
  const folder = dirname(manifest);
  return { file: join(folder, 'adgen.node'), bundle: join(folder, 'bundle') };
}
