// Written by `make types` from schema/adgen.schema.json. Do not edit.

/**
 * One ad, whole: what it is for, what it shows, how it looks and sounds, and what it may cost.
 *
 * The smallest document is an `id`, a `brief.product_name` and a `product.image`; everything else has a default or is
 * planned.
 */
export interface AdProject {
  /** Name of the project in the storage: 1-64 characters of a-z, 0-9, `-` and `_`. */
  id: string;
  /** What is advertised, to whom, and for how long. */
  brief: Brief;
  /** The product's photo. */
  product: Product;
  /**
   * Music and loudness.
   * @default {"loudness_lufs": -14.0, "music": {"generate": {}}}
   */
  audio?: Audio;
  /** Whose ad it is. */
  brand?: Brand;
  /**
   * Shapes and quality of the videos.
   * @default {"aspects": ["9:16"], "audio_kbps": 192, "fps": 30, "quality": "standard", "short_side": 1080}
   */
  output?: Output;
  /**
   * What may be spent, and whether fallbacks are welcome.
   * @default {"fallback": "allow"}
   */
  policy?: Policy;
  /** The scenes in order; planned where missing. */
  scenes?: Scene[] | null;
  /**
   * Version of this document's format.
   * @default 1
   */
  schema_version?: number;
  /**
   * The seed of everything that is drawn at random: the same document and seed give the same ad.
   * @default 0
   */
  seed?: number;
  /** The one look of all scenes; planned where missing. */
  style?: Style | null;
  /** Title of the ad; the product's name where missing. */
  title?: string | null;
  /** The owner, for services that keep projects of many users. */
  user_id?: string | null;
}

/** The shape of a video. */
export type Aspect = '9:16' | '4:5' | '1:1' | '16:9';

/** A file named by a document: a path relative to the document, an absolute path, or an http(s) URL. */
export type Asset = string;

/**
 * Which files of this machine a document may bring in.
 *
 * What is allowed is a path; what it leads to must always be a plain file: folders, pipes, sockets, devices and
 * whatever lies in `/proc`, `/sys` or `/dev` is refused by every policy.
 *
 * A hard link is a file like any other: nothing tells it from one.
 *
 * As JSON it is `{"reach": "document_folder", "folders": ["/srv/brand"], "urls": true}`, or a part of that.
 */
export interface AssetPolicy {
  /** Folders whose files are allowed as well, as if the document lay there. */
  folders?: string[];
  /**
   * How far the names in a document reach.
   * @default "document_folder"
   */
  reach?: Reach;
  /** Whether files may be named by URL; where nobody said, as the reach has it: not for `document_folder`. */
  urls?: boolean | null;
}

/** A moment of an ad. */
export type At =
  /** A scene, by its place from 0, where it shows most: the product and all words are there. */
  | { scene: number }
  /** Seconds from the ad's beginning. */
  | { seconds: number };

/** What is heard. */
export interface Audio {
  /**
   * Integrated loudness of the ad in LUFS (EBU R 128).
   * @default -14.0
   */
  loudness_lufs?: number;
  /**
   * The music; `null` for none.
   * @default {"generate": {}}
   */
  music?: Music | null;
}

/** What an audio provider can do. */
export interface AudioCapability {
  /** Whether it makes music. */
  music: boolean;
  /** Whether it speaks. */
  speech: boolean;
  /** Whether it works on this machine's processor and so has to take its turn with the pipeline's own work. */
  local: boolean;
  /** The longest piece of music in seconds; the pipeline loops it where the ad is longer. */
  max_duration_s?: number | null;
}

/** What a track is. */
export type AudioKind =
  /** Music. */
  | 'music'
  /** A spoken text. */
  | { speech: Voice };

/** One track to be made. */
export interface AudioRequest {
  /** Music or speech. */
  kind: AudioKind;
  /** What music should sound like, or the text to be spoken. */
  prompt: string;
  /** Length in seconds; longer music is cut, shorter music looped. Speech takes the time that it needs. */
  duration_s: number;
  /** The same request and seed should give the same piece. */
  seed: number;
}

/** The moving picture behind the product. */
export type Background =
  /** Made by a video provider. */
  | { generate: GeneratedBackground }
  /** The user's own clip. */
  | { file: Asset };

/** The brand: name, colours, logo, typeface. */
export interface Brand {
  /** The brand's colours, the most important first. */
  colors?: Rgb[];
  /** A font family that is installed, or a font file (`.ttf`, `.otf`). */
  font?: string | null;
  /** What the brand allows and forbids, in free text, for the planner. */
  guidelines?: string;
  /** The logo: an SVG, PNG, WebP or JPEG, best with transparency. */
  logo?: Asset | null;
  /** The brand's name as it may stand on screen. */
  name?: string;
}

/** The brief: what the ad has to say. */
export interface Brief {
  /** The product's name as it may stand on screen. */
  product_name: string;
  /** For whom it is. */
  audience?: string;
  /** What the viewer should do; shown as a button in the last scene. */
  call_to_action?: string | null;
  /** What it is and why somebody wants it, in free text. */
  description?: string;
  /**
   * Length of the ad in seconds.
   * @default 30.0
   */
  duration_s?: number;
  /**
   * Language of the captions, a BCP 47 tag.
   * @default "en"
   */
  language?: string;
  /** How it should feel: "fresh, uplifting", "dark and premium". */
  mood?: string;
}

/** What became of a job that was to be cancelled. */
export type Cancelled =
  /** It was stopped, after it had cost this much. */
  | { stopped: {
      /** US dollars. */
      cost_usd: number;
    } }
  /** It had ended before: what it made can still be fetched. */
  | 'already_over';

/** One rule of the contract, and what came of it. */
export interface Check {
  /** The rule, such as `cancel_of_a_finished_job`. */
  name: string;
  /** What came of it. */
  verdict: Verdict;
}

/** Where a made file lies. */
export type Content =
  /** On this machine, in the folder that the call's context named as `scratch`. */
  | { file: string }
  /** On the web; the pipeline has the provider fetch it at once. */
  | { url: string }
  /** In memory: the whole file, which the pipeline writes into its own folder. As JSON it is Base64. */
  | { bytes: string };

/** What something will cost, in US dollars. An infinite `high_usd` means that nobody knows; as JSON it is `null`. */
export interface CostRange {
  /** At least, where everything works at the first try. */
  low_usd: number;
  /** At most, the usual repetitions included. */
  high_usd: number | null;
}

/** One place where the ad is humbler than what was asked for, and why. */
export interface Degradation {
  /** Where. */
  stage: Stage;
  /** Which artifact: `scene_2_bg`. */
  artifact: string;
  /** What was done instead: `offline clip`. */
  fallback: string;
  /** Why. */
  cause: ErrorBody;
  /** Further artifacts that are like that: scenes and shapes that lack the same are told once. */
  also?: string[];
}

/** What encodes a video's pictures as H.264. */
export type Encoder =
  /** x264 where there is one, else OpenH264; never hardware. */
  | 'auto'
  /** x264: the best pictures, in builds of FFmpeg under the GPL. */
  | 'x264'
  /** Cisco's OpenH264: quicker, and larger files. */
  | 'openh264'
  /** NVIDIA's graphics cards. */
  | 'nvenc'
  /** Graphics processors through Linux's VA-API. */
  | 'vaapi'
  /** Intel's Quick Sync Video. */
  | 'qsv';

/** An error as plain data. */
export interface ErrorBody {
  /** The public code of its `ErrorKind`; newer versions may know more of them. */
  code: string;
  /** One sentence that names the value and what is allowed. */
  message: string;
  /**
   * Whether the same may be tried again.
   * @default false
   */
  retryable: boolean;
  /**
   * What the failed work cost all the same, in US dollars.
   * @default 0.0
   */
  spent_usd: number;
  /**
   * What it may have cost, which nobody knows, in US dollars.
   * @default 0.0
   */
  possibly_spent_usd: number;
  /** What was underneath, a line each, the nearest first. */
  causes?: string[];
  /** Further facts, in the order in which they were added. */
  context?: Fact[];
  /** What to do next. */
  hint?: string | null;
  /** Which of the provider's models was asked. */
  model?: string | null;
  /** The operations during which it happened, the outermost first. */
  operations?: string[];
  /** Whose answer or silence it is. */
  provider?: string | null;
  /** The provider's own name of the call. */
  request_id?: string | null;
  /** After how many milliseconds, where that is known. */
  retry_after_ms?: number | null;
}

/** What kind of failure it was: a caller's program decides by this, never by the message. */
export type ErrorKind =
  /** The project document breaks a rule; the context lists each problem with its path. */
  | 'invalid_project'
  /** A setting, a flag or an environment variable is wrong. */
  | 'invalid_config'
  /** An input file is not what it should be: not an image, truncated, too large. */
  | 'invalid_input'
  /** The implementation cannot do what was asked. */
  | 'unsupported'
  /** A key is missing or was refused. */
  | 'unauthenticated'
  /** The account is out of credit or quota. */
  | 'quota_exceeded'
  /** Too many requests. */
  | 'rate_limited'
  /** The provider refused the content. */
  | 'content_rejected'
  /** The provider accepted the job and failed at it. */
  | 'generation_failed'
  /** A project, file, model or job is not there. */
  | 'not_found'
  /** Somebody else is working on the project. */
  | 'locked'
  /** Somebody else has saved the document since it was read. */
  | 'conflict'
  /** It took too long. */
  | 'timeout'
  /** A provider or the network on the way to it does not answer. */
  | 'unavailable'
  /** A paid call was made and its answer was lost: the job may be there, and may cost something. */
  | 'outcome_unknown'
  /** The caller cancelled. */
  | 'cancelled'
  /** Decoding, encoding or joining media failed. */
  | 'media'
  /** The matting model or its runtime is missing or failed. */
  | 'model'
  /** A storage or file system operation failed. */
  | 'io'
  /** A fallback would have been needed, and the project's policy denies it. */
  | 'fallback_denied'
  /** A defect of this library, or of a provider that panicked. */
  | 'unexpected';

/** What an ad will cost where everything is made anew. */
export interface Estimate {
  /** The stages that ask a provider, in order. */
  stages: StageEstimate[];
  /** All of them together. */
  total: CostRange;
}

/** What every `Event` has, and what only some have: `undefined` in the others. */
export interface EventRecord {
  /** Which one it is. */
  type: Event['type'];
  /** The run. */
  run_id: string;
  /** The project. */
  project_id: string;
  /**
   * 1, 2, 3 … within the run, in the order in which things happened. A listener that comes late does not hear the steps
   * of progress that later ones have overtaken, so that numbers may be missing.
   */
  seq: number;
  /** When, RFC 3339. */
  at: string;
  also?: string[];
  artifact?: string;
  attempt?: number;
  cause?: ErrorBody;
  code?: string;
  cost_usd?: number;
  elapsed_ms?: number;
  error?: ErrorBody | null;
  fallback?: string;
  files?: string[];
  fraction?: number;
  high_usd?: number | null;
  low_usd?: number;
  message?: string;
  progress?: number;
  stage?: Stage;
  status?: Status;
  video?: string | null;
  wait_ms?: number;
}

/** The run holds the project and begins. */
export interface RunStartedEvent extends EventRecord {
  /** Which one it is. */
  type: 'run_started';
}

/** What the ad is expected to cost when everything is made anew, before anything is called. */
export interface EstimatedEvent extends EventRecord {
  /** Which one it is. */
  type: 'estimated';
  /** US dollars, where everything works at the first try. */
  low_usd: number;
  /** US dollars, the usual repetitions included; missing where a price is not known. */
  high_usd?: number | null;
}

/** The status that users see changed. */
export interface StatusChangedEvent extends EventRecord {
  /** Which one it is. */
  type: 'status_changed';
  /** The new one. */
  status: Status;
  /** 0-100. */
  progress: number;
}

/** A stage began its first work. */
export interface StageStartedEvent extends EventRecord {
  /** Which one it is. */
  type: 'stage_started';
  /** The stage. */
  stage: Stage;
}

/** Work on an artifact goes on. */
export interface ProgressEvent extends EventRecord {
  /** Which one it is. */
  type: 'progress';
  /** The stage. */
  stage: Stage;
  /** The artifact: `scene_2_bg`. */
  artifact: string;
  /** Of this artifact, 0-1. */
  fraction: number;
  /** Of the whole run, 0-100; never falls. */
  progress: number;
}

/** An artifact was there already. */
export interface ArtifactReusedEvent extends EventRecord {
  /** Which one it is. */
  type: 'artifact_reused';
  /** The stage. */
  stage: Stage;
  /** The artifact. */
  artifact: string;
}

/** An artifact was made and stored. */
export interface ArtifactReadyEvent extends EventRecord {
  /** Which one it is. */
  type: 'artifact_ready';
  /** The stage. */
  stage: Stage;
  /** The artifact. */
  artifact: string;
  /** Its files in the project's folder. */
  files: string[];
  /** What it cost in US dollars. */
  cost_usd: number;
  /** How long it took. */
  elapsed_ms: number;
}

/** A step failed and is tried again. */
export interface RetryingEvent extends EventRecord {
  /** Which one it is. */
  type: 'retrying';
  /** The stage. */
  stage: Stage;
  /** The artifact. */
  artifact: string;
  /** 2 for the first repetition. */
  attempt: number;
  /** How long the run waits before. */
  wait_ms: number;
  /** The error's public code. */
  code: string;
}

/** A step failed for good and something humbler took its place. */
export interface DegradedEvent extends EventRecord {
  /** Which one it is. */
  type: 'degraded';
  /** Where. */
  stage: Stage;
  /** Which artifact: `scene_2_bg`. */
  artifact: string;
  /** What was done instead: `offline clip`. */
  fallback: string;
  /** Why. */
  cause: ErrorBody;
  /** Further artifacts that are like that: scenes and shapes that lack the same are told once. */
  also?: string[];
}

/** Something is worth knowing and is no degradation. */
export interface NoteEvent extends EventRecord {
  /** Which one it is. */
  type: 'note';
  /** The stage. */
  stage: Stage;
  /** In one line. */
  message: string;
}

/** All artifacts of a stage are there. */
export interface StageFinishedEvent extends EventRecord {
  /** Which one it is. */
  type: 'stage_finished';
  /** The stage. */
  stage: Stage;
  /** Since its first work. */
  elapsed_ms: number;
}

/** The run ended. Always the last event. */
export interface RunFinishedEvent extends EventRecord {
  /** Which one it is. */
  type: 'run_finished';
  /** `COMPLETED`, `FAILED` or `CANCELLED`. */
  status: Status;
  /** Spent by this run in US dollars. */
  cost_usd: number;
  /** How long the run took. */
  elapsed_ms: number;
  /** Why it failed. */
  error?: ErrorBody | null;
  /** The main video, where there is one. */
  video?: string | null;
}

/** What a newer version tells and this one does not know: another thing, or one of another stage or status. */
export interface UnknownEvent extends EventRecord {
  /** Which one it is. */
  type: 'unknown';
}

/** One thing that happened in a run. As JSON, `type` names the variant. */
export type Event =
  | RunStartedEvent
  | EstimatedEvent
  | StatusChangedEvent
  | StageStartedEvent
  | ProgressEvent
  | ArtifactReusedEvent
  | ArtifactReadyEvent
  | RetryingEvent
  | DegradedEvent
  | NoteEvent
  | StageFinishedEvent
  | RunFinishedEvent
  | UnknownEvent;

/** A named fact about an error. */
export interface Fact {
  /** Such as `path`. One name may come more than once. */
  name: string;
  /** The value. */
  value: string;
}

/** How a job failed. */
export interface Failure {
  /** `GenerationFailed`, `ContentRejected`, `Cancelled` or `Timeout`. */
  kind: ErrorKind;
  /** What the provider said, in one sentence. */
  message: string;
  /**
   * What it cost all the same, in US dollars.
   * @default 0.0
   */
  cost_usd?: number;
  /** What a person can do about it. */
  hint?: string | null;
  /**
   * Whether the same job, ordered anew, may well succeed.
   * @default false
   */
  retryable?: boolean;
}

/** Whether a stage that fails may be replaced by a humbler one. */
export type Fallback =
  /** It may, and says so. */
  | 'allow'
  /** The run fails instead. */
  | 'deny';

/** What was asked for, and where it is. */
export interface Fetched {
  /** `onnxruntime`, or a model's name. */
  name: string;
  /** Where it lies. */
  path: string;
  /** Whether it was there before. */
  was_there: boolean;
}

/** How true the product is to its photo, measured on decoded frames of the final video. */
export interface FidelityReport {
  /** Frames that were measured. */
  frames: number;
  /** Mean absolute difference of luma inside the product, in 8-bit code values, worst frame. */
  worst_luma_error: number;
  /** Mean over the frames. */
  mean_luma_error: number;
}

/** One thing that was looked at. */
export interface Finding {
  /** What, such as `FFmpeg`. */
  what: string;
  /** How it is. */
  state: Health;
  /** In one line. */
  detail: string;
  /** What to do next, where there is something to do. */
  next?: string | null;
}

/**
 * Where typefaces come from, beside the two that are embedded. Where several have a family of the same name, that of
 * bytes counts before that of a folder, a folder's before those of later ones, and the system's last.
 *
 * As JSON it is `{"system": true, "folders": []}`, or a part of that: what was given as bytes is neither written nor
 * read.
 */
export interface FontSources {
  /** Folders whose font files are there, with those of their subfolders. */
  folders?: string[];
  /**
   * Whether every font that the system has is there, and those of the package that adgen came in.
   * @default true
   */
  system?: boolean;
}

/** What may go, found without removing anything. It may pass as JSON between finding and removing. */
export interface GcPlan {
  /** What may go. */
  waste: Waste[];
  /** Artifacts that somebody uses. */
  used: number;
  /** Unused artifacts that stay because they were paid for. */
  kept_bought: number;
  /** Unused artifacts that are too young. */
  kept_young: number;
}

/** What may go. */
export interface GcRules {
  /**
   * Whether artifacts that were paid for may go, too.
   * @default false
   */
  bought?: boolean;
  /**
   * How old an artifact is at least by the store's clock, before it may go. As JSON, `grace_s` in seconds.
   * @default 86400.0
   */
  grace_s?: number;
}

/** What a provider made. */
export interface Generated {
  /** The file, its bytes, or where it can be fetched. */
  content: Content;
  /** What it cost in US dollars, as metered or, where the provider does not tell, by its price list. */
  cost_usd: number;
  /** What is known about it beside its bytes. */
  metadata?: Metadata;
  /** The wish that the provider met differently, such as another length: recorded as a note. */
  notes?: string[];
}

/** A background to be made. */
export interface GeneratedBackground {
  /** What is to be seen. It never names the product: the real one is put over it. */
  prompt: string;
  /** The seed of this clip; the project's where missing. */
  seed?: number | null;
}

/** Music to be made. */
export interface GeneratedMusic {
  /** What it should sound like; planned where missing. */
  prompt?: string | null;
}

/** A job at a provider. */
export type Generation =
  /** Under way. */
  | { pending: {
      /** To ask for it again. */
      job: JobId;
      /** When asking again makes sense. Longer than any job where the provider will call instead. */
      check_after_ms: number;
      /** 0-1 where the provider tells. */
      progress?: number | null;
    } }
  /** Finished. */
  | { done: Generated }
  /** The provider took the job and failed at it, refused it or dropped it. It is over for good. */
  | { failed: Failure };

/** Where a product can stand in a clip. */
export interface Ground {
  /** Height of the contact as a fraction of the frame's, from the top, 0-1. */
  line: number;
  /**
   * The ground is a stage in the middle: beside it there is none.
   * @default false
   */
  centered?: boolean;
}

/** How something is. */
export type Health =
  /** As it should be. */
  | 'good'
  /** Not in use, and nothing that the machine lacks: a service without a key. */
  | 'off'
  /** Ads can be made, humbler ones. */
  | 'lacking'
  /** No ad can be made. */
  | 'broken';

/**
 * How calls travel: through which proxy, trusting whom, and how long a connection may take.
 *
 * The default suits most machines: proxies as the environment says (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
 * `NO_PROXY`), the roots that the system trusts. It is given to a studio as the setting `http`, or by `with_http` to
 * the builders of a studio (for files) and of the accounts at Replicate and OpenAI, and checked there.
 *
 * It can be read from and written to JSON and the like, with defaults for what is missing; unknown fields are errors.
 * The proxy's credentials are never written and never read.
 */
export interface HttpOptions {
  /**
   * How long a server may take to accept a connection, in seconds: 0.1-600, 5 where not set.
   * @default 5.0
   */
  connect_timeout_s?: number;
  /**
   * The address of a proxy, `http://host:port` or `https://host:port`, without name and password. In place of the
   * environment's, `NO_PROXY` included. Servers on this machine (loopback) are reached without it.
   */
  proxy?: string | null;
  /**
   * How long nothing may come while a file is fetched, in seconds: 0.1-600, 30 where not set. Calls of an API have
   * limits of their own.
   * @default 30.0
   */
  read_timeout_s?: number;
  /** Roots that are trusted besides the system's, such as that of a proxy that opens secure connections. */
  root_certificates?: RootCertificates[];
}

/** A picture that is given to a model. */
export type ImageInput =
  /** On the web, where the provider can fetch it. */
  | { url: string }
  /** On this machine. */
  | { file: string };

/** A document that was brought into the storage. */
export interface Imported {
  /** The project. */
  project_id: string;
  /**
   * The document and its files are those that came in before: nothing was written, and the stored document counts, with
   * the edits made in it.
   */
  unchanged: boolean;
  /** What is worth knowing, such as a logo that was left out. */
  notes: string[];
}

/** One thing that a document names. */
export interface Inspected {
  /** Where the document names it: `scenes[1].background.file`. */
  field: string;
  /** As the document names it. */
  named: string;
  /** Whether it was looked at: files on the web are not fetched for this. */
  looked_at: boolean;
  /** Why it cannot be used, if it cannot. */
  problem?: ErrorBody | null;
}

/** The provider's own name for a job; enough to find it again after a crash. */
export type JobId = string;

/** What a provider knows of a call whose answer was lost. */
export type Lookup =
  /** The call came through: this is its job. */
  | { found: JobId }
  /** The call never came through: ordering again buys nothing twice. */
  | 'absent'
  /** The provider cannot tell. */
  | 'cannot_tell';

/** How loud the final video is, measured on its decoded sound (EBU R 128). */
export interface LoudnessReport {
  /** Integrated loudness in LUFS; `None` for silence. */
  integrated_lufs: number | null;
  /** True peak in dBTP; `None` for silence. */
  true_peak_dbtp: number | null;
}

/** How products are cut out. */
export interface Matting {
  /**
   * Whether a model that is missing may be downloaded.
   * @default true
   */
  download?: boolean;
  /**
   * Name of the model, such as `u2netp`, which counts where none is named; `adgen models list` and the repository's
   * docs/matting.md tell of the others.
   * @default "u2netp"
   */
  model?: string;
  /** Where models lie; `ADGEN_MODELS_DIR` or the user's data folder where missing. */
  models_dir?: string | null;
  /**
   * The ONNX Runtime library that runs it; where missing, it is the one that `ORT_DYLIB_PATH` names by an absolute
   * path, or is searched for: in the user's data folder, beside the program, in Python's packages, in the system's
   * library folders. The first one that a process loads counts for all of its runs.
   */
  runtime?: string | null;
}

/** What is known about a made file beside its bytes. */
export interface Metadata {
  /** Where a product can stand in a clip; missing where it has no ground, or nobody knows. */
  ground?: Ground | null;
  /** When each word, syllable or sound of a track is heard, in order; empty where nobody knows. */
  timings?: Timing[];
}

/** Which models are asked; each service's default where missing. */
export interface Models {
  /** Scores: `owner/name` at Replicate. */
  audio?: string | null;
  /** Plans: a model of OpenAI or of the server at `OPENAI_BASE_URL`. */
  planner?: string | null;
  /** Films: `owner/name` at Replicate. */
  video?: string | null;
}

/** How the product moves. Every motion is eased and ends at rest. */
export type Motion =
  /** As the role asks. */
  | 'auto'
  /** Not at all. */
  | 'none'
  /** Grows slowly. */
  | 'push_in'
  /** Shrinks slowly. */
  | 'pull_out'
  /** Hovers up and down. */
  | 'float'
  /** Comes in from the side. */
  | 'slide_in'
  /** Turns by a few degrees. */
  | 'rotate';

/** Where the music comes from. */
export type Music =
  /** Made by an audio provider. */
  | { generate: GeneratedMusic }
  /** The user's own track: looped or cut to the ad's length. */
  | { file: Asset };

/** A finished run. */
export interface Outcome {
  /** The run. */
  run_id: string;
  /** The project. */
  project_id: string;
  /** The videos, the main one first. */
  videos: OutputFile[];
  /** What is said in the videos for players that show it themselves: SubRip and WebVTT. */
  captions: OutputFile[];
  /** The page about the run. */
  report: OutputFile;
  /** A still of the main video. */
  poster: OutputFile;
  /** What this run cost, in US dollars. */
  cost_usd: number;
  /** What is known about the project now: degradations, loudness, fidelity, what all its runs cost. */
  state: State;
}

/** What is rendered. */
export interface Output {
  /**
   * One video is rendered for each; the first is the main one.
   * @default ["9:16"]
   */
  aspects?: Aspect[];
  /**
   * Bit rate of the AAC sound in kb/s.
   * @default 192
   */
  audio_kbps?: number;
  /**
   * What encodes the pictures. One that cannot be used where the ad is made is replaced by one in software, which is
   * told.
   * @default "auto"
   */
  encoder?: Encoder;
  /**
   * Frames a second: 24, 25, 30, 50 or 60.
   * @default 30
   */
  fps?: number;
  /**
   * How much is spent on the picture.
   * @default "standard"
   */
  quality?: Quality;
  /**
   * The shorter side of every video in pixels; even. 1080 gives 1080x1920, 1080x1080 and 1920x1080.
   * @default 1080
   */
  short_side?: number;
}

/** One file for people. */
export interface OutputFile {
  /** Its name in the project's folder. */
  name: string;
  /** Its type, such as `video/mp4`. */
  media_type: string;
  /** Its size. */
  bytes: number;
  /** The shape of a video. */
  aspect?: Aspect | null;
  /** Where it lies, if the storage is a folder of this machine. */
  path?: string | null;
  /**
   * Its address, for whoever may look into the storage: `file:///…` or `s3://bucket/key`. `None` in an object store
   * whose name adgen was not told. `Studio.url` gives addresses for others.
   */
  url?: string | null;
}

/** Where the product stands. */
export type Placement =
  /** As the role and the shape of the video ask. */
  | 'auto'
  /** In the middle of the safe area. */
  | 'center'
  /** To the left. */
  | 'left'
  /** To the right. */
  | 'right'
  /** High in the safe area. */
  | 'top'
  /** Low in the safe area. */
  | 'bottom';

/** The plan of an ad. */
export interface Plan {
  /** The one look of all scenes. */
  style: Style;
  /** The scenes in order. Their durations add up to the brief's. */
  scenes: PlannedScene[];
  /** What the music should sound like. */
  music_prompt: string;
  /**
   * What the planning cost in US dollars.
   * @default 0.0
   */
  cost_usd?: number;
  /** What somebody should know about the plan, such as why its scenes have no captions; shown with the run. */
  notes?: string[];
}

/** What a planner is asked. */
export interface PlanRequest {
  /** What the ad has to say. */
  brief: Brief;
  /** Whose ad it is. */
  brand: Brand;
  /** The colours of the product on its photo, the most frequent first; may be empty. */
  product_palette: Rgb[];
  /** The product's photo, where the document allows to show it to a model. */
  photo: string | null;
  /** The style that a person has written, if any: the plan keeps it. */
  style: Style | null;
  /** The scenes that a person has written, if any: the plan has exactly these, with what they lack filled in. */
  scenes: Scene[] | null;
  /** The project's seed. */
  seed: number;
}

/** One scene of a plan. */
export interface PlannedScene {
  /** Name of the scene, unique in the plan. */
  id: string;
  /** What the scene is for. */
  role: Role;
  /** Length in seconds. */
  duration_s: number;
  /** What is to be seen behind the product, the whole style included. Never the product. */
  prompt: string;
  /** How the scene begins. */
  transition: Transition;
  /** What is written over the scene. */
  caption?: string | null;
  /** How the product stands and moves; `None` for a scene without it. */
  product?: ProductLayer | null;
}

/** The rules that a run obeys. */
export interface Policy {
  /**
   * What happens where a stage cannot do what was asked.
   * @default "allow"
   */
  fallback?: Fallback;
  /** The most that the whole ad may cost in US dollars; no limit where missing. */
  max_usd?: number | null;
  /**
   * Whether a small copy of the product's photo may be shown to the planner's model, so that style and colours fit it.
   */
  share_photo?: boolean;
}

/** In which shape and how large a preview is drawn. */
export interface PreviewOptions {
  /** One of the document's shapes; the main one where missing. */
  aspect?: Aspect | null;
  /** Its size; a width of 540 pixels where missing. */
  size?: PreviewSize | null;
}

/** How large a preview is, in pixels, 16-4320. It has the shape of the video. */
export type PreviewSize =
  /** Its width. */
  | { width: number }
  /** The shorter of its sides. */
  | { short_side: number };

/** Nothing: made on this machine. */
export interface FreePrice {
  /** Which one it is. */
  per: 'free';
}

/** It costs something, and nobody has said how much. */
export interface UnknownPrice {
  /** Which one it is. */
  per: 'unknown';
}

/** For each second of output. */
export interface SecondPrice {
  /** Which one it is. */
  per: 'second';
  /** The amount. */
  usd: number;
  /** The day of the price. */
  as_of: string;
}

/** For each output. */
export interface OutputPrice {
  /** Which one it is. */
  per: 'output';
  /** The amount. */
  usd: number;
  /** The day of the price. */
  as_of: string;
}

/** For each second that the provider's machine runs. */
export interface ComputePrice {
  /** Which one it is. */
  per: 'compute';
  /** The amount. */
  usd: number;
  /** The shortest run that is usual, in seconds. */
  low_s: number;
  /** The longest run that is usual, in seconds. */
  high_s: number;
  /** The day of the price. */
  as_of: string;
}

/** For each million characters of text. */
export interface CharactersPrice {
  /** Which one it is. */
  per: 'characters';
  /** The amount. */
  usd: number;
  /** The day of the price. */
  as_of: string;
}

/** For each million tokens. */
export interface TokensPrice {
  /** Which one it is. */
  per: 'tokens';
  /** Of the question. */
  input_usd: number;
  /** Of the part of the question that the provider still had. */
  cached_input_usd: number;
  /** Of the answer, thoughts included. */
  output_usd: number;
  /** The day of the price. */
  as_of: string;
}

/** What a provider takes. Amounts are US dollars; `as_of` is the day on which the price was read, `YYYY-MM-DD`. */
export type Price =
  | FreePrice
  | UnknownPrice
  | SecondPrice
  | OutputPrice
  | ComputePrice
  | CharactersPrice
  | TokensPrice;

/** One thing that is wrong with a document. */
export interface Problem {
  /** Where: `scenes[2].duration_s`; empty for the document as a whole. */
  path: string;
  /** What: it names the value and what is allowed. */
  message: string;
}

/** The product as the user photographed it. */
export interface Product {
  /** The photo: JPEG, PNG or WebP. */
  image: Asset;
  /** The user's own cut-out, a picture with transparency; made from the photo where missing. */
  cutout?: Asset | null;
}

/** The product in a scene. */
export interface ProductLayer {
  /**
   * How it moves.
   * @default "auto"
   */
  motion?: Motion;
  /**
   * Where it stands.
   * @default "auto"
   */
  placement?: Placement;
  /**
   * Its size against the one that the layout would give it.
   * @default 1.0
   */
  scale?: number;
  /**
   * Whether it casts a contact shadow.
   * @default true
   */
  shadow?: boolean;
}

/** Name, model and price list of a provider. */
export interface ProviderInfo {
  /** The provider: `offline`, `replicate`. */
  name: string;
  /** The model: part of an artifact's content key, so another model makes another artifact. */
  model: string;
  /** What it costs. */
  price: Price;
}

/** How much time and how many bits are spent on the picture. */
export type Quality =
  /** To look at quickly. */
  | 'draft'
  /** To publish. */
  | 'standard'
  /** To keep. */
  | 'high';

/** How far the names in a document reach. */
export type Reach =
  /** The document's folder and those that were allowed. */
  | 'document_folder'
  /** Any file that the document names itself, without a link on the way. */
  | 'own_documents'
  /** Whatever a path leads to. */
  | 'any_path';

/** What the checks of one provider gave. */
export interface Report {
  /** Who was tried. */
  subject: string;
  /** Every check in the order in which it was made. */
  checks: Check[];
}

/** A colour: #RRGGBB or #RGB. */
export type Rgb = string;

/** What a scene is for. */
export type Role =
  /** Stops the thumb. */
  | 'hook'
  /** Shows the product. */
  | 'showcase'
  /** Says what it does for the viewer. */
  | 'benefit'
  /** Says why that is true. */
  | 'proof'
  /** Says what to do now. */
  | 'call_to_action';

/** Certificates of roots, one or more, as PEM text. */
export type RootCertificates =
  /** The text itself, with one or more blocks that begin with `-----BEGIN CERTIFICATE-----`. */
  | { pem: string }
  /** A file that holds such a text, at most 4 MiB; it is read when the account is made. */
  | { file: string };

/** What one run is to do otherwise than its studio does by itself. As JSON it has the plain settings alone. */
export interface RunOptions {
  /**
   * How many pieces of heavy work of this run may go on at a time, at most as many as the studio's; all of them where
   * missing.
   */
  jobs?: number | null;
  /**
   * The most that the ad may cost altogether, in US dollars, 0 or more; the studio's and the document's own limits hold
   * as well.
   */
  max_usd?: number | null;
  /**
   * Asks nobody and fetches nothing: what is not there is made by the offline providers.
   * @default false
   */
  offline?: boolean;
}

/** One scene of the ad. */
export interface Scene {
  /** Name of the scene, unique in the project: 1-64 characters of a-z, 0-9, `-` and `_`. */
  id: string;
  /** The moving picture behind the product; planned where missing. */
  background?: Background | null;
  /** What is written over the scene. */
  caption?: string | null;
  /** Length in seconds; scenes without one share what is left of the ad. */
  duration_s?: number | null;
  /**
   * The product in the scene; `null` for a scene without it.
   * @default {"motion": "auto", "placement": "auto", "scale": 1.0, "shadow": true}
   */
  product?: ProductLayer | null;
  /**
   * What the scene is for.
   * @default "showcase"
   */
  role?: Role;
  /**
   * How the scene begins.
   * @default "cut"
   */
  transition?: Transition;
}

/** One stage of the pipeline, in the order in which users see them. */
export type Stage =
  /** Brief to style and scenes. */
  | 'plan'
  /** Photo to cut-out. */
  | 'extract'
  /** Prompts to background clips. */
  | 'scenes'
  /** Prompt to music. */
  | 'audio'
  /** Product over backgrounds. */
  | 'composite'
  /** Scenes and music to the final video. */
  | 'render';

/** What one stage will cost. */
export interface StageEstimate {
  /** The stage. */
  stage: Stage;
  /** Who is asked. */
  provider: ProviderInfo;
  /** How many artifacts are ordered. */
  artifacts: number;
  /** US dollars. */
  cost: CostRange;
}

/** What one stage did. */
export interface StageState {
  /** Where it stands. */
  status: StageStatus;
  /** 0-1. */
  progress: number;
  /** Artifacts that were made in this run. */
  made: number;
  /** Artifacts that were there already. */
  reused: number;
  /**
   * Spent in this run in US dollars, failures that were billed included.
   * @default 0.0
   */
  cost_usd: number;
  /** Seconds from the run's start to its last. */
  finished_s?: number | null;
  /** Seconds from the run's start to the stage's first work. */
  started_s?: number | null;
}

/** Where one stage stands. */
export type StageStatus =
  /** Its inputs are not there yet. */
  | 'waiting'
  /** At work. */
  | 'running'
  /** Its artifacts are there. */
  | 'finished'
  /** It failed. */
  | 'failed'
  /** It was at work when the run ended for another reason: somebody cancelled it, or another stage failed. */
  | 'stopped';

/** What the machine found out about a project. */
export interface State {
  /** Version of this document's format. */
  schema_version: number;
  /** The project. */
  project_id: string;
  /** Where it stands. */
  status: Status;
  /** 0-100; never falls while a run lasts. */
  progress: number;
  /** What was spent on this project so far in US dollars, all runs together. */
  cost_usd: number;
  /** What each stage did in the last run. */
  stages: Record<string, StageState>;
  /** The project's files by artifact name. */
  assets: Record<string, StateAsset>;
  /** Where the ad is humbler than what was asked for. */
  degradations: Degradation[];
  /** What is worth knowing and is no degradation. */
  notes: string[];
  /** When the project came into the storage, RFC 3339. */
  created_at: string;
  /** When this document was last written, RFC 3339. */
  updated_at: string;
  /** Seconds of the last run so far. */
  elapsed_s: number;
  /**
   * How many entries the history had when this document was written: fewer later on means that some were lost.
   * @default 0
   */
  history_entries: number;
  /** Why the last run failed. */
  error?: ErrorBody | null;
  /** What the whole ad was expected to cost before the last run called anybody. */
  estimate?: CostRange | null;
  /** Fidelity of the product in the final video. */
  fidelity?: FidelityReport | null;
  /** Loudness of the final video. */
  loudness?: LoudnessReport | null;
  /** The last run; missing where there was none yet. */
  run_id?: string | null;
}

/** One file of the project. */
export interface StateAsset {
  /** Name in the project's folder. */
  file: string;
  /** Size. */
  bytes: number;
  /** Hash of the file. */
  sha256: string;
  /** Content key: hash over everything that the file was made from. */
  key: string;
}

/** Where a project stands, as users see it: one line, never moving back while a run lasts. */
export type Status =
  /** Nothing has begun. */
  | 'PENDING'
  /** The scenes are being planned. */
  | 'PLANNING'
  /** The product is being cut out. */
  | 'EXTRACTING_PRODUCT'
  /** The backgrounds are being made. */
  | 'GENERATING_SCENES'
  /** The music is being made. */
  | 'GENERATING_AUDIO'
  /** The product is being put over the backgrounds. */
  | 'COMPOSITING'
  /** The final video is being made. */
  | 'RENDERING'
  /** The video is there. */
  | 'COMPLETED'
  /** The run failed; `error` says why. */
  | 'FAILED'
  /** The run was cancelled. */
  | 'CANCELLED';

/** How much a storage was asked for since it was opened. */
export interface StorageUse {
  /** Objects read, and pieces of them. */
  get: number;
  /** Objects written; parts of large uploads count each. */
  put: number;
  /** Pages of 1,000 names listed. */
  list: number;
  /** Objects looked at without their content. */
  head: number;
  /** Objects deleted, or thousands of them at once. */
  delete: number;
  /** Copies within the store. */
  copy: number;
  /** Bytes written. */
  sent_bytes: number;
  /** Bytes read. */
  received_bytes: number;
}

/** A document as it lies in the storage. */
export interface StoredDocument {
  /** The document. */
  document: AdProject;
  /** Stands for its content: what `Studio.save` takes, so that nobody else's edit is written over. */
  version: string;
}

/**
 * How a studio is set up, as plain data: in JSON, YAML and the like, with defaults for what is missing; unknown fields
 * are errors. Without further ado a studio works in the folder `./storage`, on all processors.
 *
 * It holds no secrets: keys of services come from the environment or from accounts, and the proxy's credentials of
 * `HttpOptions` are neither written nor read.
 */
export interface StudioConfig {
  /**
   * Fetches files that documents name by URL from private addresses, too. For services whose documents come from people
   * that they trust, and whose files lie in their own network. Opens URLs where `assets` does not close them expressly.
   * @default false
   */
  allow_private_urls?: boolean;
  /**
   * Which files documents may bring in, beside those that are handed in; those that lie in the document's own folder
   * where not set.
   * @default {"folders": [], "reach": "document_folder"}
   */
  assets?: AssetPolicy;
  /**
   * How many bytes of them at most; 4 GiB where not set.
   * @default 4294967296
   */
  cache_bytes?: number;
  /**
   * Where files of a storage elsewhere lie on this machine for a while; the system's temporary folder where missing. A
   * storage that is a folder of this machine needs none.
   */
  cache_dir?: string | null;
  /**
   * Where the typefaces of texts come from, beside the embedded ones; from the system where not set. Those that were
   * given as bytes are neither written nor read.
   * @default {"folders": [], "system": true}
   */
  fonts?: FontSources;
  /**
   * How everything travels that the studio itself fetches: files of documents, models, storages in buckets, and calls
   * of the services that it connects as the environment says.
   * @default {"connect_timeout_s": 5.0, "read_timeout_s": 30.0, "root_certificates": []}
   */
  http?: HttpOptions;
  /**
   * How long a job at a provider may take before it is stopped and given up, in seconds: 0.001-604800, 2100 where not
   * set.
   * @default 2100.0
   */
  job_timeout_s?: number;
  /**
   * How many pieces of heavy work go on at a time in all runs of the studio together, 1-256; as many as there are
   * processors where missing.
   */
  jobs?: number | null;
  /**
   * How products are cut out.
   * @default {"download": true, "model": "u2netp"}
   */
  matting?: Matting;
  /**
   * The most that any one ad may cost in US dollars, 0 or more; a document's own `policy.max_usd` may be lower. Checked
   * before every paid call, those under way included.
   */
  max_usd?: number | null;
  /** Which models of the services are asked, where those are connected. */
  models?: Models;
  /**
   * Asks nobody on the network: services stay out of it, whatever keys there are; no model is fetched, and no file that
   * a document names by URL. Providers of the program's own are asked all the same.
   * @default false
   */
  offline?: boolean;
  /**
   * Where projects are kept: a folder of this machine, by its path or a `file:///` address, or, where the feature `s3`
   * is built in, `s3://bucket/prefix`, with keys, region and endpoint from the usual `AWS_*` variables.
   * @default "storage"
   */
  storage?: string;
}

/** The global style: every scene's prompt carries it whole, which is what makes the scenes one ad. */
export interface Style {
  /** "soft studio lighting from the left". */
  lighting: string;
  /** "slow push-in, shallow depth of field". */
  camera: string;
  /** "matte, fine grain". */
  texture: string;
  /** "fresh, uplifting". */
  mood: string;
  /** The colours of all scenes, the most important first. */
  palette: Rgb[];
  /** "warm shadows, gentle contrast". */
  grade: string;
}

/** A stretch of a track. */
export interface Timing {
  /** What is heard: a word, a syllable, the name of a sound. */
  text: string;
  /** From when, in seconds from the track's beginning. */
  start_s: number;
  /** Until when. */
  end_s: number;
}

/** How a scene begins. */
export type Transition =
  /** At once. */
  | 'cut'
  /** The scene before dissolves into it. */
  | 'crossfade'
  /** Through a plain dark colour. */
  | 'dip';

/** What every `Verdict` has, and what only some have: `undefined` in the others. */
export interface VerdictBase {
  /** Which one it is. */
  result: Verdict['result'];
  why?: string;
}

/** The rule is kept. */
export interface PassedVerdict extends VerdictBase {
  /** Which one it is. */
  result: 'passed';
}

/** The rule is broken, and how. */
export interface FailedVerdict extends VerdictBase {
  /** Which one it is. */
  result: 'failed';
  why: string;
}

/** The rule does not concern this provider, or could not be tried, and why. */
export interface SkippedVerdict extends VerdictBase {
  /** Which one it is. */
  result: 'skipped';
  why: string;
}

/** What came of a check. As JSON, `result` says which, and `why` tells the rest. */
export type Verdict =
  | PassedVerdict
  | FailedVerdict
  | SkippedVerdict;

/** What a video provider can do. */
export interface VideoCapability {
  /** Shapes that it can make. */
  aspects: Aspect[];
  /** Whether a seed is obeyed. */
  seed: boolean;
  /** Whether `cancel` stops the work. */
  cancel: boolean;
  /** Whether it works on this machine's processor and so has to take its turn with the pipeline's own work. */
  local: boolean;
  /** The longest clip in seconds. */
  max_duration_s?: number | null;
}

/** What a provider really makes of a request. */
export interface VideoOffer {
  /** Length of the clip in seconds. */
  duration_s: number;
  /** The shorter side of the clip in pixels; `None` where the provider has one size only, whatever is asked for. */
  short_side?: number | null;
}

/** One background to be made. */
export interface VideoRequest {
  /** What is to be seen, style included; never the product. */
  prompt: string;
  /** What is not to be seen; given to models that have a place for it. */
  negative_prompt: string | null;
  /** A picture to begin with. The pipeline names none: products are never generated. */
  image: ImageInput | null;
  /** Least length in seconds; a longer clip is trimmed. */
  duration_s: number;
  /** Shape. */
  aspect: Aspect;
  /** The shorter side of the final video in pixels: what the clip should be good enough for. */
  short_side: number;
  /** Frames a second of the final video. */
  fps: number;
  /** The same request and seed should give the same clip. */
  seed: number;
  /** The project's colours, the most important first. */
  palette: Rgb[];
}

/** Who speaks, and how. */
export interface Voice {
  /** The provider's own name for a voice; its default where missing. */
  name: string | null;
  /** The language of the text, such as `de`; the provider finds it out where missing. */
  language: string | null;
  /** How it is to be spoken, for models that take such words. */
  instructions: string | null;
  /** Speed, 1 is the voice's own; 0.5-2. */
  speed: number;
}

/** Something that may go. */
export interface Waste {
  /** The content key. */
  key: string;
  /** The name under which it was made; `None` for files without a readable record, of a run that was killed. */
  artifact: string | null;
  /** Whether it was paid for. */
  bought: boolean;
  /** Of all its files together. */
  bytes: number;
  /** The record first: an artifact without files is worse than files without an artifact. */
  objects: string[];
}

/** Which run of a project is watched, and from where on. */
export interface WatchOptions {
  /** Not this run, which is known already: the one after it is waited for. */
  after_run?: string | null;
  /** How often to look, in milliseconds: 250 in a folder and 2000 elsewhere where missing, 50 at least. */
  every_ms?: number | null;
  /**
   * Events from this number on; 0 for all.
   * @default 0
   */
  from_seq?: number;
}

/** A webhook that was verified: hand it to `Run.notify`. */
export interface WebhookEvent {
  /** The job that moved on. */
  job: JobId;
  /** Name of the delivery, the same when it is sent again. */
  delivery: string;
}
