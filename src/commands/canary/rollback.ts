import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { changeCanary, runningCanary } from './change.js';

/** Back to shadow. Never asks. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const running = await runningCanary(options, io, services);
  const change = {
    command: 'canary.rollback',
    isMore: false,
    terms: null,
    words: 'rolled back to shadow',
  } as const;
  return changeCanary(running, change, options, io);
}
