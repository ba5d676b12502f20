import { judgePaperPeriod } from '../../doctor/readiness/paper-period.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { EvaluateServices } from './evaluation.js';
import { judgeFigures } from './judge-figures.js';

/** The criteria of five days of paper trading over a file of figures. 0 only for PASS. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  return judgeFigures({ options, io, services }, (members) => ({
    command: 'evaluate.paper-period',
    name: 'paper period',
    judged: judgePaperPeriod(members),
    proof: null,
  }));
}
