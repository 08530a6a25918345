import type { AudioProvider, BackgroundRemover, Photo, Planner, Signal, Url, VideoProvider } from './provider';
import type * as types from './types';

/** One rule of a contract, and what came of it. */
export interface Check {
  /** The rule, such as `cancel_of_a_finished_job`. */
  readonly name: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** How it is broken, or why it could not be tried. */
  readonly why?: string;
}

/** What the checks of one implementation gave. */
export class Report {
  private constructor();
  /** Who was tried. */
  readonly subject: string;
  readonly checks: readonly Check[];
  /** For people: a line for each check. */
  readonly text: string;
  /** Whether no rule is broken. */
  get isPassed(): boolean;
  /** The rules that are broken. */
  get failures(): Check[];
  /** Throws an `AssertionError` with the whole report where a rule is broken. */
  expectPassed(): void;
}

export interface RemoverCase {
  /** How long a call may take, in seconds (60). */
  limitS?: number | undefined;
  /** What must not be seen in any error. */
  secrets?: string[] | undefined;
  signal?: Signal | undefined;
}
export interface Case extends RemoverCase {
  /** Where files are put that are made. */
  folder?: string | Url | undefined;
  /** Its `start` gives the finished work. */
  doneAtOnce?: boolean | undefined;
}
export interface VideoCase extends Case {
  /** It takes no pictures. */
  refusesImages?: boolean | undefined;
}

/** Tries a video provider with a request that it can meet, a small one: it is made up to three times. */
export function video(provider: VideoProvider, request: types.VideoRequest, options?: VideoCase): Promise<Report>;
/** Tries an audio provider in the way of `video`. */
export function audio(provider: AudioProvider, request: types.AudioRequest, options?: Case): Promise<Report>;
/** Tries a planner. */
export function planner(provider: Planner, request: types.PlanRequest, options?: Case): Promise<Report>;
/** Tries a background remover with a photo that shows a product. */
export function remover(provider: BackgroundRemover, photo: Photo, options?: RemoverCase): Promise<Report>;
