import type { CriteriaVerdict } from '../../doctor/readiness/criteria.js';
import { memberOf, type Members } from '../../doctor/readiness/members.js';
import { criteriaFault, criteriaText } from './criteria-text.js';
import { tellEvaluation, type EvaluateCall, type ProofDraft } from './evaluation.js';
import { readEvidenceFile } from './evidence-file.js';

export interface JudgedFigures {
  /** Envelope name. */
  readonly command: string;
  /** What was judged, for people. */
  readonly name: string;
  readonly judged: CriteriaVerdict;
  /** What the envelope says beside the verdict. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What `--write` keeps it as; null where it is no proof. */
  readonly proof: Pick<ProofDraft, 'kind' | 'says'> | null;
}

/** Judges the file of figures that the line names, and tells the verdict. 0 only for PASS. */
export async function judgeFigures(
  call: EvaluateCall,
  judge: (members: Members, file: string) => JudgedFigures,
): Promise<number> {
  const { options, io, services } = call;
  const file = options.text('file') ?? '';
  const { members, reading } = await readEvidenceFile(file, io, services);
  const { command, name, judged, data, proof } = judge(members, file);
  return tellEvaluation(
    {
      command,
      isPass: judged.verdict === 'PASS',
      data: { ...data, ...judged },
      text: criteriaText(name, judged),
    },
    proof && {
      ...proof,
      fault: criteriaFault(judged),
      evidenceAt: memberOf(members, 'ended_at'),
      sources: { evidence: reading },
    },
    call,
  );
}
