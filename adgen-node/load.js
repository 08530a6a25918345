// Finds the addon of this platform.
'use strict';

/** The addon that was built for this platform. */
exports.load = function load() {
  const file = `./adgen.${process.platform}-${process.arch}.node`;
  try {
    return require(file);
  } catch (cause) {
    const why = cause.code === 'MODULE_NOT_FOUND' ? 'it is not there; `npm run build` makes it' : cause.message;
    throw new Error(`adgen cannot load its addon ${file.slice(2)}: ${why}`, { cause });
  }
};
