import type { EffectiveControl } from '../../engine/control/register.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { lessenCanary, requireTerms } from './change.js';

const HOLD = {
  command: 'canary.hold',
  termsOf: (current: EffectiveControl) => ({ ...requireTerms(current), held: true }),
  words: 'is held',
} as const;

/** No further entry is routed; exits are. */
export function run(options: ParsedOptions, io: CommandIo, services: Services): Promise<number> {
  return lessenCanary(HOLD, options, io, services);
}
