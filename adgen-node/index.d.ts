/** One thing that is wrong with a document. */
export interface Problem {
  /** Where: `scenes[2].duration_s`; empty for the document as a whole. */
  path: string;
  /** What: it names the value and what is allowed. */
  message: string;
}

/** The version of adgen. */
export function version(): string;

/**
 * Every problem of a project at once; an empty array where it is sound.
 *
 * Whatever a text holds is answered with problems, not with an exception.
 *
 * @param project the document as JSON text, or as the object that `JSON.parse` makes of it
 * @throws {TypeError} for any other type, and for an object that `JSON.stringify` refuses
 */
export function validate(project: string | object): Problem[];
