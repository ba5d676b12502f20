import { memberOf } from '../../doctor/readiness/members.js';
import { judgeRecovery } from '../../doctor/readiness/recovery.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { criteriaFault, criteriaText } from './criteria-text.js';
import { tellEvaluation, type EvaluateServices } from './evaluation.js';
import { readEvidenceFile } from './evidence-file.js';

/** A drill of LR-041 or LR-042 over a file of figures. 0 only for PASS. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  const file = options.text('file') ?? '';
  const { members, reading } = await readEvidenceFile(file, io, services);
  const drill = judgeRecovery(members);
  if (drill === null) throw unknownDrill(file);
  const { kind, judged } = drill;
  const says = judged.criteria.map(({ id, value }) => `${id} ${value ?? '?'}`).join(', ');
  return tellEvaluation(
    {
      command: 'evaluate.recovery',
      isPass: judged.verdict === 'PASS',
      data: { drill: kind, ...judged },
      text: criteriaText(kind, judged),
    },
    {
      ...{ kind, says, fault: criteriaFault(judged) },
      evidenceAt: memberOf(members, 'ended_at'),
      sources: { evidence: reading },
    },
    { options, io, services },
  );
}

function unknownDrill(file: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0511',
    what: `Cannot evaluate "${file}"`,
    why: 'its member "drill" is neither LR-041 nor LR-042',
    todo: 'docs/readiness.md lists the members that it may have',
    exit: EXIT.USAGE,
  });
}
