// The addon, and what it throws.
'use strict';

const { load } = require('../load.js');
const { thrown } = require('./errors.js');

exports.native = load();

/** Calls the addon; what it throws is an error of adgen's. */
exports.guarded = function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw thrown(error, guarded);
  }
};
