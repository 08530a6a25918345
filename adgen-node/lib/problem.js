// One thing that is wrong with a document or with options.
'use strict';

/** The problem of the line that it is written as. */
exports.parseProblem = function parseProblem(line) {
  const [, path, message] = /^(\S+): (.*)$/s.exec(line) ?? [undefined, '', line];
  return { path, message };
};

/** The line of a problem. */
exports.problemLine = ({ path, message }) => (path === '' ? message : `${path}: ${message}`);
