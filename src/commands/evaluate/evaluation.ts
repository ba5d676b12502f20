import { isoMsOf } from '../../engine/domain/iso-time.js';
import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import type { ProofKind } from '../../doctor/readiness/proof.js';
import type { Hash } from '../../engine/domain/hash.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { ledgerWords } from '../ledger-record.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { keepProof, type KeptProof, type ProofServices } from '../proof/keep-proof.js';
import type { EvidenceServices } from '../readiness/readiness-ports.js';
import { plainText } from '../../view/plain-text.js';

export interface EvaluateServices extends EvidenceServices, ProofServices {
  hash(): Promise<Hash>;
}

export interface EvaluateCall<Used = EvaluateServices> {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: Used;
}

export interface Evaluation {
  /** Envelope name. */
  readonly command: string;
  readonly isPass: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What `--write` keeps of an evaluation. */
export interface ProofDraft {
  readonly kind: ProofKind;
  /** Why it proves nothing, null where it does: it may demand more than the evaluation itself. */
  readonly fault: string | null;
  readonly says: string;
  /** When the evidence was observed, as it says itself. */
  readonly evidenceAt: unknown;
  readonly sources: Readonly<Record<string, FileReading>>;
}

/** Prints the verdict, and keeps it as a proof where that is asked for. 0 only for a pass. */
export async function tellEvaluation(
  evaluation: Evaluation,
  draft: ProofDraft | null,
  call: EvaluateCall,
): Promise<number> {
  const { options, io } = call;
  const isAsked = draft !== null && options.flag('write');
  const kept = isAsked ? await keep(draft, evaluation, call) : null;
  printResult(io, {
    command: evaluation.command,
    data: { ...evaluation.data, ...(draft !== null && { proof: kept }) },
    text: () => `${evaluation.text}${kept === null ? '' : keptText(draft, kept)}`,
  });
  if (kept !== null && kept.ledger.state !== 'written') return EXIT.UNREACHABLE;
  return evaluation.isPass ? EXIT.OK : EXIT.FINDING;
}

async function keep(
  draft: ProofDraft,
  { data }: Evaluation,
  { options, io, services }: EvaluateCall,
): Promise<KeptProof> {
  const evidenceMs = typeof draft.evidenceAt === 'string' ? isoMsOf(draft.evidenceAt) : null;
  if (draft.fault === null && evidenceMs === null) throw withoutTime();
  const hash = await services.hash();
  const at = new Date(io.nowMs()).toISOString();
  const proof = {
    kind: draft.kind,
    passed: draft.fault === null,
    why: draft.fault ?? '',
    ...{ started_at: at, ended_at: at },
    evidence_at: evidenceMs === null ? null : new Date(evidenceMs).toISOString(),
    says: draft.says,
    evaluation: data,
    evidence_sha256: Object.fromEntries(
      Object.entries(draft.sources).map(([name, file]) => [
        name,
        file.state === 'text' ? hash.sha256Hex(file.text) : null,
      ]),
    ),
  };
  return keepProof(proof, { options, io, services });
}

function keptText(draft: ProofDraft | null, { path, sha256, ledger }: KeptProof): string {
  const fault = draft?.fault ?? null;
  const words = fault === null ? 'PASS' : `FAIL: ${fault}`;
  const where = `${path} (sha256 ${sha256.slice(0, 12)}), ${ledgerWords(ledger)}`;
  return `${plainText(`proof    ${words}   ${where}`)}\n`;
}

function withoutTime(): OperatorError {
  return noProof('it does not say when it was observed: its ended_at is no time in UTC');
}

export function noProof(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0736',
    what: 'Cannot make a proof of this evidence',
    why,
    todo: 'evaluate it without --write, or bring evidence that a proof can be made of',
    exit: EXIT.REFUSED,
  });
}
