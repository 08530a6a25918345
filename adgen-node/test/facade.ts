// Compiled, never run: everything of the package, as a program uses it.
import { AbortError, AdgenError, RateLimited, Studio, provider, schema, testkit, validate, verifyWebhook, version, webhookSecret } from 'adgen';
import type {
  AdProject, AudioProvider, BackgroundRemover, Event, FileContent, Planner, Project, Run, VideoProvider as Films, types,
} from 'adgen';
import { done, type VideoProvider } from 'adgen/provider';
import { video } from 'adgen/testkit';

const project: AdProject = { id: 'rosso', brief: { product_name: 'Rosso' }, product: { image: 'cup.jpg' } };
const request = {} as types.VideoRequest;

const own: VideoProvider = {
  info: provider.info('own', 'v1', { per: 'second', usd: 0.1, as_of: '2026-01-01' }),
  capability: () => ({ max_duration_s: 10 }),
  offer: (request) => ({ duration_s: Math.ceil(request.duration_s) }),
  async start(request, context) {
    context.checkWanted();
    const answer = await fetch(`https://example.com/?q=${request.prompt}`, { signal: context.signal });
    if (answer.status === 429) throw new RateLimited('slower', { retryAfter: 2, requestId: 'r1' });
    return provider.pending('j1', { checkAfterMs: 500 });
  },
  check: (job, context) => done({ file: `${context.scratch}/${job}.mp4`, costUsd: 0.3 }),
  cancel: (job) => (job === 'j1' ? provider.stopped(0.1) : provider.alreadyOver()),
  find: async (request, since, known) => (since.getTime() > 0 && known.length === 0 ? provider.absent() : provider.cannotTell()),
  fetch: async (url, target) => void [url, target],
};
// @ts-expect-error what is required is required
const lacking: VideoProvider = { info: own.info, start: own.start };

/** Whoever writes a provider finds its types where the studio is. */
export const roles: [Films, Planner?, AudioProvider?, BackgroundRemover?] = [own];

const fixed = {
  id: 'rosso',
  brief: { product_name: 'Rosso' },
  product: { image: new URL('https://example.com/cup.jpg') },
  scenes: [{ id: 'a', background: { generate: { prompt: 'steam' } } }],
  output: { aspects: ['9:16', '1:1'] },
} as const;
export const projects: Project[] = [project, fixed, Object.freeze(project), '{}', new URL('file:///ads/rosso.json')];
// @ts-expect-error there is no such shape, wherever it comes from
export const shapeless: Project = { ...fixed, output: { aspects: ['9:17'] } } as const;
// @ts-expect-error a field that is written wrongly is none
export const slip: Project = { id: 'rosso', brief: { product_name: 'Rosso', langauge: 'en' }, product: { image: 'cup.jpg' } };

export const contents = (response: Response, stream: ReadableStream<Uint8Array>, pieces: AsyncGenerator<Uint8Array>): FileContent[] => [
  new Uint8Array(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new URL('file:///cup.jpg'),
  new Blob([]), new File([], 'cup.jpg'), response, stream, response.body!, pieces,
];
// @ts-expect-error text is no file
export const text: FileContent = 'text';
// @ts-expect-error nor are pieces of it
export const texts: FileContent = (async function* () { yield 'text'; })();

function tell(event: Event): string {
  switch (event.type) {
    case 'degraded':
      return `${event.fallback}: ${event.cause.message}`;
    case 'run_finished':
      return event.status;
    default:
      return `${event.seq} ${event.progress ?? ''}`;
  }
}

export async function everything(controller: AbortController, photo: Uint8Array): Promise<void> {
  const studio = new Studio({
    storage: 'storage',
    maxUsd: 2,
    jobTimeoutS: 600,
    assets: { reach: 'own_documents', urls: true },
    http: { connectTimeoutS: 3 },
    video: own,
    remover: { name: 'own', version: '1', coarseMask: ({ width, height }) => new Uint8Array(width * height) },
    onEvent: (event) => console.log(tell(event)),
  });
  new Studio({ storage: new URL('s3://bucket/prefix') });
  // @ts-expect-error options are in camelCase
  new Studio({ max_usd: 2 });
  // @ts-expect-error a number is needed
  new Studio({ maxUsd: '2' });
  const other: Studio = Studio.fromEnv({ webhook: 'https://example.com/hook' });

  const imported: types.Imported = await studio.import(project, { files: { 'cup.jpg': photo } });
  const run: Run = await studio.generate(project, { folder: new URL('file:///ads/'), signal: controller.signal, maxUsd: 1, video: own });
  const again: Run = await studio.run(imported.project_id, { offline: true, jobs: 1 });
  await (await studio.resume('rosso')).result();
  for await (const event of run) console.log(tell(event));
  for await (const event of run.events(5)) if (event.type === 'note') console.log(event.message);
  for await (const event of other.watch('rosso', { everyMs: 500, fromSeq: 2 })) console.log(event.at);
  const outcome: types.Outcome = await run.result();
  const [path]: (string | null | undefined)[] = outcome.videos.map((video) => video.path);
  const { status, error }: types.State = run.state;
  console.log(path, status === 'COMPLETED', error?.code, run.status, run.id, again.projectId);
  await run.show({ write: (text) => text.length });
  run.unref().ref().cancel();
  // @ts-expect-error a run is no promise
  run.then();
  // @ts-expect-error a run comes from a studio
  new Run();

  await studio.import(fixed, { files: { 'cup.jpg': await fetch('https://example.com/cup.jpg') } });
  const cost: number | null = (await studio.estimate(JSON.stringify(project))).total.high_usd;
  const problems = (await studio.inspect(new URL('file:///ads/rosso.json'))).map(({ problem }) => problem?.message);
  const { png, width, isFinal } = await studio.preview('rosso', { scene: 0, width: 270, aspect: '9:16' });
  await studio.preview('rosso', { seconds: 1.5, shortSide: 240 });
  // @ts-expect-error either a scene or a time
  await studio.preview('rosso', { scene: 0, seconds: 1 });
  const bytes: Uint8Array = png;
  const ids: string[] = await studio.list({ signal: controller.signal });
  const { version: read, document } = await studio.document('rosso');
  const written: string = await studio.save({ ...document, title: 'By hand' }, { ifMatch: read });
  await studio.copy('rosso', 'verde');
  await studio.delete('verde');
  const page: types.OutputFile = await studio.report('rosso');
  const link: string = await studio.url('rosso', page.name, { expiresS: 60 });
  const freed: number = await studio.removeWaste(await studio.findWaste({ bought: false, graceS: 60 }));
  const use: types.StorageUse = await studio.storageUse();
  const config: types.StudioConfig = await studio.config();
  console.log(cost, problems, width, isFinal, bytes, ids, written, link, freed, use.get, config.max_usd);

  const secret: string = await webhookSecret();
  const event = verifyWebhook(secret, { 'webhook-id': 'a', other: ['b'] }, photo, { now: new Date() });
  verifyWebhook(secret, new Headers(), photo.buffer);
  console.log(run.notify(event), event.job, schema('run_options')['type'], version());
  console.log(validate(project).map(({ path, message }) => `${path}: ${message}`), validate({ id: 1 }), validate(fixed));

  try {
    await run.result();
  } catch (error) {
    if (error instanceof AbortError) console.log(error.name, error.code, error.cause, error.spentUsd);
    else if (error instanceof RateLimited) console.log(error.retryAfter, error.requestId, error.hint?.length);
    else if (error instanceof AdgenError) {
      const body: types.ErrorBody = error.toJSON();
      console.log(error.code, error.problems[0]?.path, AdgenError.fromJSON(body).retryable);
    }
  }

  const report = await video(own, request, { refusesImages: true, limitS: 20 });
  report.expectPassed();
  console.log(report.isPassed, report.failures.map(({ name, why }) => `${name}: ${why}`));
  await testkit.planner({ info: provider.info('own', 'p1', 'free'), plan: async () => ({}) as types.Plan }, {} as types.PlanRequest);
  await testkit.audio({ ...own, offeredS: () => 5, capability: { music: true } } as never, {} as types.AudioRequest, { doneAtOnce: true });
  console.log(lacking);
}
