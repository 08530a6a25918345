// Finds the addon of this platform.
'use strict';

/** Where the addon is that was built for this platform. Fails where it is nowhere. */
exports.locate = function locate() {
  const name = `adgen.${process.platform}-${process.arch}.node`;
  try {
    return require.resolve(`./${name}`);
  } catch (cause) {
    throw new Error(`adgen cannot load its addon ${name}: it is not there; \`npm run build\` makes it`, { cause });
  }
};

/** The addon at `path`. */
exports.load = function load(path) {
  try {
    return require(path);
  } catch (cause) {
    throw new Error(`adgen cannot load its addon ${path}: ${cause.message}`, { cause });
  }
};
