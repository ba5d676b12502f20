import { judgePaperPeriod } from '../../doctor/readiness/paper-period.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { criteriaText } from './criteria-text.js';
import { tellEvaluation, type EvaluateServices } from './evaluation.js';
import { readEvidenceFile } from './evidence-file.js';

/** The criteria of five days of paper trading over a file of figures. 0 only for PASS. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  const { members } = await readEvidenceFile(options.text('file') ?? '', io, services);
  const judged = judgePaperPeriod(members);
  const evaluation = {
    command: 'evaluate.paper-period',
    isPass: judged.verdict === 'PASS',
    data: { ...judged },
    text: criteriaText('paper period', judged),
  };
  return tellEvaluation(evaluation, null, { options, io, services });
}
