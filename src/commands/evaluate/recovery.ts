import { judgeRecovery } from '../../doctor/readiness/recovery.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { EvaluateServices } from './evaluation.js';
import { notEvaluable } from './evidence-file.js';
import { judgeFigures } from './judge-figures.js';

/** A drill of LR-041 or LR-042 over a file of figures. 0 only for PASS. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  return judgeFigures({ options, io, services }, (members, file) => {
    const drill = judgeRecovery(members);
    if (drill === null) {
      throw notEvaluable(file, 'its member "drill" is neither LR-041 nor LR-042');
    }
    const { kind, judged } = drill;
    const says = judged.criteria.map(({ id, value }) => `${id} ${value ?? '?'}`).join(', ');
    return {
      command: 'evaluate.recovery',
      name: kind,
      judged,
      data: { drill: kind },
      proof: { kind, says },
    };
  });
}
