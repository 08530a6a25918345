// Compiled, never run: what the types of the data allow, and what they do not.
import type * as adgen from '../types';

const project: adgen.AdProject = {
  id: 'rosso',
  brief: { product_name: 'Rosso' },
  product: { image: 'cup.jpg' },
  scenes: [{ id: 'a', background: { generate: { prompt: 'steam' } } }, { id: 'b', background: { file: 'b.mp4' } }],
  audio: { music: null },
  output: { aspects: ['9:16', '1:1'] },
};
// @ts-expect-error there is no such shape
project.output = { aspects: ['9:17'] };
// @ts-expect-error a field that is written wrongly is none
export const slip: adgen.Brief = { product_name: 'Rosso', langauge: 'en' };
// @ts-expect-error what is required is required
export const nameless: adgen.Brief = { language: 'en' };

export function tell(event: adgen.Event): string {
  // Every event can be asked for whatever any of them has.
  const progress: number | undefined = event.progress;
  const { seq, run_id }: { seq: number; run_id: string } = event;
  switch (event.type) {
    case 'progress':
    case 'status_changed':
      return `${event.progress.toFixed(1)} %`;
    case 'degraded': {
      const cause: adgen.ErrorBody = event.cause;
      return `${event.artifact}: ${event.fallback}, ${cause.message}`;
    }
    case 'run_finished':
      return event.error?.hint ?? event.status;
    case 'retrying':
      // @ts-expect-error a repetition is of no such kind
      return event.type === 'note' ? '' : event.code;
    default:
      // @ts-expect-error what only some have may be missing
      return event.message.length > 0 ? event.message : `${seq} ${run_id} ${progress}`;
  }
}

export const state = (state: adgen.State): string | undefined => state.stages['plan']?.status;
export const videos = (outcome: adgen.Outcome): string[] => outcome.videos.map((video) => video.name);
export const dear = ({ total }: adgen.Estimate): boolean => total.high_usd === null || total.high_usd! > 2;
export const broken = (report: adgen.Report): string[] =>
  report.checks.flatMap(({ name, verdict }) => (verdict.result === 'failed' ? [`${name}: ${verdict.why}`] : []));

export const answers: adgen.Generation[] = [
  { pending: { job: 'j1', check_after_ms: 500 } },
  { done: { content: { url: 'https://example.com/a.mp4' }, cost_usd: 0.2 } },
  { failed: { kind: 'content_rejected', message: 'no' } },
];
export const info: adgen.ProviderInfo = {
  name: 'mine',
  model: 'v1',
  price: { per: 'second', usd: 0.1, as_of: '2026-01-01' },
};
// @ts-expect-error what is free has no price
export const free: adgen.Price = { per: 'free', usd: 0.1 };
export const config: adgen.StudioConfig = { storage: 'ads', max_usd: 2, assets: { reach: 'own_documents' } };
export const at: adgen.At[] = [{ scene: 0 }, { seconds: 1.5 }];
