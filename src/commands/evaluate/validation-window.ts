import { memberOf } from '../../doctor/readiness/members.js';
import { judgeValidationWindow } from '../../doctor/readiness/validation-window.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { criteriaFault, criteriaText } from './criteria-text.js';
import { tellEvaluation, type EvaluateServices } from './evaluation.js';
import { readEvidenceFile } from './evidence-file.js';

/** The rules and hard aborts of LR-007 over a file of figures. 0 only for PASS. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  const file = options.text('file') ?? '';
  const { members, reading } = await readEvidenceFile(file, io, services);
  const judged = judgeValidationWindow(members);
  return tellEvaluation(
    {
      command: 'evaluate.validation-window',
      isPass: judged.verdict === 'PASS',
      data: { ...judged },
      text: criteriaText('validation window', judged),
    },
    {
      kind: 'validation-window',
      fault: criteriaFault(judged),
      says: `${judged.criteria.length} rules of the window hold`,
      evidenceAt: memberOf(members, 'ended_at'),
      sources: { evidence: reading },
    },
    { options, io, services },
  );
}
