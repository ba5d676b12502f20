import { judgeValidationWindow } from '../../doctor/readiness/validation-window.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { EvaluateServices } from './evaluation.js';
import { judgeFigures } from './judge-figures.js';

/** The rules and hard aborts of LR-007 over a file of figures. 0 only for PASS. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  return judgeFigures({ options, io, services }, (members) => {
    const judged = judgeValidationWindow(members);
    return {
      command: 'evaluate.validation-window',
      name: 'validation window',
      judged,
      proof: {
        kind: 'validation-window',
        says: `${judged.criteria.length} rules of the window hold`,
      },
    };
  });
}
