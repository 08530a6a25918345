// Making ads.
'use strict';

const { inspect } = require('node:util');
const { needed, optional } = require('./arguments.js');
const convert = require('./convert.js');
const { desk, warn } = require('./desk.js');
const { aborted } = require('./errors.js');
const { EventIterator, eventOf } = require('./events.js');
const { fileBytes } = require('./files.js');
const { kindOf } = require('./kinds.js');
const { camel, inCamel, known, snakeKeys } = require('./names.js');
const { native } = require('./native.js');
const { ROLES, adaptedOf } = require('./providers.js');
const { Run } = require('./run.js');

// With the services whose keys are in the environment.
const SERVICES = Symbol('services');
const RUN = ['maxUsd', 'offline', 'jobs', 'planner', 'video', 'audio', 'signal'];

/** Makes ads: set up once, used for as many as one likes. */
class Studio {
  #desk = desk();
  #native;
  /** Where ads are kept, as it was said. */
  #storage;

  constructor(options) {
    // What is left is a StudioConfig, whose fields the core knows.
    const { planner, video, audio, remover, onEvent, storage, [SERVICES]: services, ...config } = known(options);
    if (storage !== undefined) config.storage = convert.place(storage, 'storage');
    this.#storage = config.storage ?? (services && process.env.ADGEN_STORAGE) ?? 'storage';
    const json = JSON.stringify({ config: data(config, 'Studio'), services });
    const objects = adaptedOf({ planner, video, audio, remover });
    const listener = onEvent === undefined ? undefined : this.#desk.keep(listening(onEvent));
    try {
      this.#native = this.#desk.withObjects(objects, (given, desk) => new (native().Studio)(desk, json, given, listener));
    } catch (error) {
      this.#desk.forget(listener);
      throw inCamel(error, schemaOf('studio_config'));
    }
  }

  /** The same with the services whose keys are in the environment. */
  static fromEnv(options) {
    const { webhook, ...rest } = known(options);
    optional('fromEnv', { webhook }, 'text');
    return new this({ ...rest, [SERVICES]: { webhook } });
  }

  async #ask(verb, { project, files, objects = [], signal, ...given }) {
    const bytes = await this.#read(files, signal);
    if (signal?.aborted) throw aborted(signal);
    const json = convert.text({ verb, ...given }, `the arguments of ${camel(verb)}`);
    try {
      return await this.#desk.ask(
        (_, id) => this.#desk.withObjects(objects, (given) => this.#native.ask(id, json, bytes, given)),
        signal,
      );
    } catch (error) {
      const hint = error?.code === 'invalid_project' ? convert.pathHint(project) : undefined;
      if (hint !== undefined) error.hint ??= hint;
      throw error;
    }
  }

  /** The files that are handed in. A signal's time-out keeps no program alive by itself. */
  async #read(files, signal) {
    if (signal !== undefined) this.#desk.hold();
    try {
      return await fileBytes(files, signal);
    } finally {
      if (signal !== undefined) this.#desk.letGo();
    }
  }

  async #json(verb, given) {
    return JSON.parse(await this.#ask(verb, given));
  }

  async #start(verb, { signal, ...given }) {
    const started = await this.#ask(verb, { ...given, signal }).catch((error) => {
      throw inCamel(error, schemaOf('run_options'));
    });
    const run = new Run(this.#desk, started, signal);
    // It began just before the signal was heard: now it ends by itself.
    if (signal?.aborted) throw aborted(signal);
    return run;
  }

  async import(project, options) {
    const { folder, files, signal } = known(options, ['folder', 'files', 'signal'], 'import');
    return this.#json('import', { ...withDocument(project, folder, files), signal });
  }

  async generate(project, options) {
    const { folder, files, ...rest } = known(options, ['folder', 'files', ...RUN], 'generate');
    return this.#start('generate', { ...withDocument(project, folder, files), ...runOptions(rest, 'generate') });
  }

  async run(projectId, options) {
    const given = runOptions(known(options, RUN, 'run'), 'run');
    needed('run', { projectId }, 'text');
    return this.#start('run', { project_id: projectId, ...given });
  }

  async resume(projectId, options) {
    return this.run(projectId, options);
  }

  async estimate(project, options) {
    const { signal } = known(options, ['signal'], 'estimate');
    return this.#json('estimate', { document: convert.document(project).text, project, signal });
  }

  async inspect(project, options) {
    const { folder, signal } = known(options, ['folder', 'signal'], 'inspect');
    return this.#json('inspect', { ...withDocument(project, folder), signal });
  }

  async preview(projectId, options) {
    const names = ['scene', 'seconds', 'aspect', 'width', 'shortSide', 'signal'];
    const { scene, seconds, aspect, width, shortSide, signal } = known(options, names, 'preview');
    needed('preview', { projectId }, 'text');
    if ((scene === undefined) === (seconds === undefined)) throw new TypeError('preview needs either scene or seconds');
    if (width !== undefined && shortSide !== undefined) throw new TypeError('preview takes either width or shortSide');
    const kinds = { scene: 'count', seconds: 'seconds', aspect: 'text', width: 'size', shortSide: 'size' };
    optional('preview', { scene, seconds, aspect, width, shortSide }, kinds);
    const size = width !== undefined ? { width } : shortSide !== undefined ? { short_side: shortSide } : undefined;
    const at = scene !== undefined ? { scene } : { seconds };
    return this.#ask('preview', { project_id: projectId, at, options: { aspect, size }, signal });
  }

  async list(options) {
    return this.#json('list', known(options, ['signal'], 'list'));
  }

  async state(projectId, options) {
    return this.#json('state', ofProject('state', projectId, options));
  }

  async document(projectId, options) {
    return this.#json('document', ofProject('document', projectId, options));
  }

  async save(project, options) {
    const { ifMatch, signal } = known(options, ['ifMatch', 'signal'], 'save');
    optional('save', { ifMatch }, 'text');
    return this.#json('save', { document: convert.document(project).text, project, if_match: ifMatch, signal });
  }

  async copy(from, to, options) {
    const { signal } = known(options, ['signal'], 'copy');
    needed('copy', { from, to }, 'text');
    await this.#ask('copy', { from, to, signal });
  }

  async delete(projectId, options) {
    await this.#ask('delete', ofProject('delete', projectId, options));
  }

  async report(projectId, options) {
    return this.#json('report', ofProject('report', projectId, options));
  }

  async url(projectId, file, options) {
    const { expiresS = 3600, signal } = known(options, ['expiresS', 'signal'], 'url');
    needed('url', { projectId, file, expiresS }, { projectId: 'text', file: 'text', expiresS: 'seconds' });
    return this.#json('url', { project_id: projectId, file, expires_s: expiresS, signal });
  }

  watch(projectId, options) {
    const { signal, ...rest } = known(options, ['afterRun', 'fromSeq', 'everyMs', 'signal'], 'watch');
    needed('watch', { projectId }, 'text');
    optional('watch', rest, { afterRun: 'text', fromSeq: 'count', everyMs: 'count' });
    const given = { project_id: projectId, options: data(rest, 'watch') };
    return new EventIterator(this.#desk, (left) => this.#ask('watch', { ...given, signal: left }), signal);
  }

  async findWaste(options) {
    const { bought, graceS, signal } = known(options, ['bought', 'graceS', 'signal'], 'findWaste');
    optional('findWaste', { bought, graceS }, { bought: 'flag', graceS: 'seconds' });
    return this.#json('find_waste', { bought, grace_s: graceS, signal });
  }

  async removeWaste(plan, options) {
    const { signal } = known(options, ['signal'], 'removeWaste');
    needed('removeWaste', { plan }, 'object');
    return this.#json('remove_waste', { plan, signal });
  }

  async storageUse(options) {
    return this.#json('storage_use', known(options, ['signal'], 'storageUse'));
  }

  async config(options) {
    return this.#json('config', known(options, ['signal'], 'config'));
  }

  [inspect.custom](_, options, inspect) {
    return `Studio ${inspect({ storage: this.#storage }, options)}`;
  }
}

/** A document, and where its files lie: as it is said, beside the document, or here; nowhere where they are handed in. */
function withDocument(project, folder, files) {
  const { text, beside } = convert.document(project);
  const usual = files ? undefined : process.cwd();
  return { document: text, project, folder: folder === undefined ? (beside ?? usual) : convert.path(folder, 'folder'), files };
}

/** What a verb is asked that needs nothing but a project. */
function ofProject(verb, projectId, options) {
  const { signal } = known(options, ['signal'], verb);
  needed(verb, { projectId }, 'text');
  return { project_id: projectId, signal };
}

/** A run's options: data, providers of its own, and who may cancel it. */
function runOptions({ planner, video, audio, signal, ...rest }, verb) {
  return { options: data(rest, verb), objects: adaptedOf({ planner, video, audio }), signal };
}

/** Options that are data, with the JSON's names. */
function data(options, what) {
  return snakeKeys(JSON.parse(convert.text(options, `the options of ${what}`)), what);
}

const schemaOf = (options) => () => JSON.parse(native().schema(options));

// Warnings of one listener.
const MOST_TOLD = 10;

/** Tells `onEvent` of each event. What it throws is its own business. */
function listening(onEvent) {
  if (typeof onEvent !== 'function') throw new TypeError(`onEvent must be a function, not ${kindOf(onEvent)}`);
  // There are hundreds of events, and a slip in a listener is mostly the same at each.
  const told = new Set();
  const failed = (error) => {
    const kind = String(error);
    if (told.has(kind) || told.size >= MOST_TOLD) return;
    told.add(kind);
    warn('onEvent failed', error);
  };
  return (record) => {
    try {
      const given = onEvent(eventOf(record));
      if (typeof given?.then === 'function') Promise.resolve(given).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

exports.Studio = Studio;
