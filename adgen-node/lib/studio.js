// Making ads.
'use strict';

const convert = require('./convert.js');
const { desk, warn } = require('./desk.js');
const { aborted } = require('./errors.js');
const { EventIterator, eventOf } = require('./events.js');
const { known, snakeKeys } = require('./names.js');
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

  constructor(options) {
    // What is left is a StudioConfig, whose fields the core knows.
    const { planner, video, audio, remover, onEvent, storage, [SERVICES]: services, ...config } = known(options);
    if (storage !== undefined) config.storage = convert.path(storage, 'storage');
    const json = convert.text({ config: snakeKeys(config), services }, "the studio's options");
    const objects = adaptedOf({ planner, video, audio, remover });
    const listener = onEvent === undefined ? undefined : this.#desk.keep(listening(onEvent));
    try {
      this.#native = this.#desk.withObjects(objects, (given, desk) => new (native().Studio)(desk, json, given, listener));
    } catch (error) {
      this.#desk.forget(listener);
      throw error;
    }
  }

  /** The same with the services whose keys are in the environment. */
  static fromEnv(options) {
    const { webhook, ...rest } = known(options);
    return new this({ ...rest, [SERVICES]: { webhook } });
  }

  async #ask(verb, { files, objects = [], signal, ...given }) {
    if (signal?.aborted) throw aborted(signal);
    const json = convert.text({ verb, ...given }, `the arguments of ${verb}`);
    const bytes = await convert.fileBytes(files);
    return this.#desk.ask(
      (_, id) => this.#desk.withObjects(objects, (given) => this.#native.ask(id, json, bytes, given)),
      signal,
    );
  }

  async #json(verb, given) {
    return JSON.parse(await this.#ask(verb, given));
  }

  async #start(verb, { signal, ...given }) {
    const run = new Run(this.#desk, await this.#ask(verb, { ...given, signal }), signal);
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
    return this.#start('generate', { ...withDocument(project, folder, files), ...runOptions(rest) });
  }

  async run(projectId, options) {
    return this.#start('run', { project_id: projectId, ...runOptions(known(options, RUN, 'run')) });
  }

  async resume(projectId, options) {
    return this.run(projectId, options);
  }

  async estimate(project, options) {
    const { signal } = known(options, ['signal'], 'estimate');
    return this.#json('estimate', { document: convert.document(project).text, signal });
  }

  async inspect(project, options) {
    const { folder, signal } = known(options, ['folder', 'signal'], 'inspect');
    return this.#json('inspect', { ...withDocument(project, folder), signal });
  }

  async preview(projectId, options) {
    const names = ['scene', 'seconds', 'aspect', 'width', 'shortSide', 'signal'];
    const { scene, seconds, aspect, width, shortSide, signal } = known(options, names, 'preview');
    if ((scene === undefined) === (seconds === undefined)) throw new TypeError('preview needs either scene or seconds');
    if (width !== undefined && shortSide !== undefined) throw new TypeError('preview takes either width or shortSide');
    const size = width !== undefined ? { width } : shortSide !== undefined ? { short_side: shortSide } : undefined;
    const at = scene !== undefined ? { scene } : { seconds };
    return this.#ask('preview', { project_id: projectId, at, options: { aspect, size }, signal });
  }

  async list(options) {
    return this.#json('list', known(options, ['signal'], 'list'));
  }

  async state(projectId, options) {
    return this.#json('state', { project_id: projectId, ...known(options, ['signal'], 'state') });
  }

  async document(projectId, options) {
    return this.#json('document', { project_id: projectId, ...known(options, ['signal'], 'document') });
  }

  async save(project, options) {
    const { ifMatch, signal } = known(options, ['ifMatch', 'signal'], 'save');
    return this.#json('save', { document: convert.document(project).text, if_match: ifMatch, signal });
  }

  async copy(from, to, options) {
    await this.#ask('copy', { from, to, ...known(options, ['signal'], 'copy') });
  }

  async delete(projectId, options) {
    await this.#ask('delete', { project_id: projectId, ...known(options, ['signal'], 'delete') });
  }

  async report(projectId, options) {
    return this.#json('report', { project_id: projectId, ...known(options, ['signal'], 'report') });
  }

  async url(projectId, file, options) {
    const { expiresS = 3600, signal } = known(options, ['expiresS', 'signal'], 'url');
    return this.#json('url', { project_id: projectId, file, expires_s: expiresS, signal });
  }

  watch(projectId, options) {
    const { signal, ...rest } = known(options, ['afterRun', 'fromSeq', 'everyMs', 'signal'], 'watch');
    const given = { project_id: projectId, options: snakeKeys(rest) };
    return new EventIterator(this.#desk, (left) => this.#ask('watch', { ...given, signal: left }), signal);
  }

  async findWaste(options) {
    const { bought, graceS, signal } = known(options, ['bought', 'graceS', 'signal'], 'findWaste');
    return this.#json('find_waste', { bought, grace_s: graceS, signal });
  }

  async removeWaste(plan, options) {
    return this.#json('remove_waste', { plan, ...known(options, ['signal'], 'removeWaste') });
  }

  async storageUse(options) {
    return this.#json('storage_use', known(options, ['signal'], 'storageUse'));
  }

  async config(options) {
    return this.#json('config', known(options, ['signal'], 'config'));
  }
}

/** A document, and where its files lie: as it is said, beside the document, or here; nowhere where they are handed in. */
function withDocument(project, folder, files) {
  const { text, beside } = convert.document(project);
  const usual = files ? undefined : process.cwd();
  return { document: text, folder: folder === undefined ? (beside ?? usual) : convert.path(folder, 'folder'), files };
}

/** A run's options: data, providers of its own, and who may cancel it. */
function runOptions({ planner, video, audio, signal, ...data }) {
  return { options: snakeKeys(data), objects: adaptedOf({ planner, video, audio }), signal };
}

/** Tells `onEvent` of each event. What it throws is its own business. */
function listening(onEvent) {
  if (typeof onEvent !== 'function') throw new TypeError(`onEvent must be a function, not ${convert.kindOf(onEvent)}`);
  const failed = (error) => warn('onEvent failed', error);
  return (record) => {
    try {
      const told = onEvent(eventOf(record));
      if (typeof told?.then === 'function') Promise.resolve(told).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

exports.Studio = Studio;
