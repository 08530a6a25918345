// What a JavaScript program sees. CommonJS, because both `require` and `import { … }` work with it: Node finds the
// names of `exports.name = …` for `import` without running the file.
'use strict';

const errors = require('./lib/errors.js');
const { Run } = require('./lib/run.js');
const { Studio } = require('./lib/studio.js');
const tools = require('./lib/tools.js');

exports.Studio = Studio;
exports.Run = Run;

exports.version = tools.version;
exports.validate = tools.validate;
exports.schema = tools.schema;
exports.verifyWebhook = tools.verifyWebhook;
exports.webhookSecret = tools.webhookSecret;
exports.doctor = tools.doctor;
exports.fetchModels = tools.fetchModels;

exports.provider = require('./provider.js');
exports.testkit = require('./testkit.js');

exports.AdgenError = errors.AdgenError;
exports.AbortError = errors.AbortError;
exports.InvalidProject = errors.InvalidProject;
exports.InvalidConfig = errors.InvalidConfig;
exports.InvalidInput = errors.InvalidInput;
exports.Unsupported = errors.Unsupported;
exports.Unauthenticated = errors.Unauthenticated;
exports.QuotaExceeded = errors.QuotaExceeded;
exports.RateLimited = errors.RateLimited;
exports.ContentRejected = errors.ContentRejected;
exports.GenerationFailed = errors.GenerationFailed;
exports.NotFound = errors.NotFound;
exports.Locked = errors.Locked;
exports.Conflict = errors.Conflict;
exports.Timeout = errors.Timeout;
exports.Unavailable = errors.Unavailable;
exports.OutcomeUnknown = errors.OutcomeUnknown;
exports.Cancelled = errors.Cancelled;
exports.Media = errors.Media;
exports.Model = errors.Model;
exports.Io = errors.Io;
exports.FallbackDenied = errors.FallbackDenied;
exports.Unexpected = errors.Unexpected;
