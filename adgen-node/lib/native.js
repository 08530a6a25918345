// The addon, and what it throws.
//
// Whether it is there is looked at once, loading it waits until it is needed: it brings the media libraries along.
'use strict';

const { load, locate } = require('../load.js');
const { thrown } = require('./errors.js');

const found = locate();
let addon;
/** The addon. */
exports.native = () => (addon ??= load(found));

/** Calls the addon; what it throws is an error of adgen's. */
exports.guarded = function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw thrown(error, guarded);
  }
};
