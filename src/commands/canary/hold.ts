import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { changeCanary, requireTerms, runningCanary } from './change.js';

/** No further entry is routed; exits are. Never asks. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const running = await runningCanary(options, io, services);
  const terms = { ...requireTerms(running), held: true };
  return changeCanary(
    running,
    { command: 'canary.hold', isMore: false, terms, words: 'is held' },
    options,
    io,
  );
}
