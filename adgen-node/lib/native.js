// The addon, and what it throws.
//
// Whether it is there is looked at once, loading it waits until it is needed: it brings the media libraries along.
'use strict';

const { isMainThread } = require('node:worker_threads');
const { load, locate } = require('../load.js');
const { thrown } = require('./errors.js');

const found = locate();
let addon;
/** The addon. */
exports.native = () => (addon ??= loaded());

function loaded() {
  const addon = load(found);
  // A process that ends destroys what the addon's threads may be using. Where a worker ends, the process goes on.
  if (isMainThread) process.once('exit', () => addon.leave());
  return addon;
}

/** Calls the addon; what it throws is an error of adgen's. */
exports.guarded = function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw thrown(error, guarded);
  }
};
