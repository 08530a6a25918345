// The addon: one that was built here (`npm run build`), else that of the platform's package, which npm installs beside this one.
'use strict';

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

const platform = `${process.platform}-${process.arch}`;
/** Packages by platform; glibc's alone, where there is a choice. */
const packages = { 'linux-x64': 'adgen-linux-x64-gnu' };

const own = join(__dirname, `adgen.${platform}.node`);
module.exports = existsSync(own) ? load(own) : installed();

/** The addon of the platform's package, told where that package has ONNX Runtime, the model and fonts. */
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
  const native = load(join(dirname(manifest), 'adgen.node'));
  native.setBundle(join(dirname(manifest), 'bundle'));
  return native;
}

function load(file) {
  try {
    return require(file);
  } catch (cause) {
    throw new Error(`adgen cannot load its addon ${file}: ${cause.message}`, { cause });
  }
}
