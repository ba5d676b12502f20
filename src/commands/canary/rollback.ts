import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { lessenCanary } from './change.js';

const BACK = {
  command: 'canary.rollback',
  termsOf: () => null,
  words: 'rolled back to shadow',
} as const;

/** Back to shadow. */
export function run(options: ParsedOptions, io: CommandIo, services: Services): Promise<number> {
  return lessenCanary(BACK, options, io, services);
}
