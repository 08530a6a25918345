// Compiled, never run: the package as a module of ES.
import { Studio, type Run } from 'adgen';
import * as provider from 'adgen/provider';

const studio = new Studio();
export const run: Promise<Run> = studio.run('rosso', { signal: AbortSignal.timeout(1000) });
export const over: string | object = provider.alreadyOver();
