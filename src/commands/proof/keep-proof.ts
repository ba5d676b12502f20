import { basename } from 'node:path';
import { locateStateDir } from '../../config/state-dir.js';
import { proofFileName, type ProofHead } from '../../doctor/readiness/proof.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { BUILD } from '../build-info.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import type { DrillServices } from '../kill-switch/drill-ports.js';
import { recordInLedger, type LedgerOutcome } from '../ledger-record.js';
import { operatorName } from '../operator-name.js';
import type { ParsedOptions } from '../parsed-options.js';

export type ProofServices = Pick<DrillServices, 'killSwitch' | 'saveProof' | 'hostFacts'>;

export interface KeptProof {
  readonly path: string;
  readonly sha256: string;
  readonly ledger: LedgerOutcome;
}

/**
 * Writes a proof below the state directory and into its ledger, also one that failed: that it was
 * done, and how it went.
 * @throws OperatorError (exit 4) where it can't be written
 */
export async function keepProof(
  proof: ProofHead,
  { options, io, services }: ProofCall,
): Promise<KeptProof> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const { ledger } = await services.killSwitch(stateDir);
  const { kind, passed, why } = proof;
  const cdb = { version: BUILD.version, commit: BUILD.commit, engine_hash: BUILD.engineHash };
  const whole = { ...proof, cdb, host: await services.hostFacts() };
  const endedAtMs = Date.parse(proof.ended_at);
  const name = proofFileName(kind, endedAtMs);
  const { path, sha256 } = await saveProofFile(services, stateDir, { name, proof: whole });
  const outcome = recordInLedger(ledger, {
    kind: 'proof',
    action: `proof ${kind} ${passed ? 'passed' : 'FAILED'}`,
    atMs: endedAtMs,
    who: operatorName(io.env),
    why,
    details: {
      proof_kind: kind,
      verdict: passed ? 'PASS' : 'FAIL',
      proof: basename(path),
      sha256,
    },
  });
  return { path, sha256, ledger: outcome };
}

interface ProofCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: ProofServices;
}

/** @throws OperatorError (exit 4) where it can't be written */
export async function saveProofFile(
  services: Pick<DrillServices, 'saveProof'>,
  stateDir: string,
  { name, proof }: { readonly name: string; readonly proof: unknown },
): Promise<{ readonly path: string; readonly sha256: string }> {
  try {
    return await services.saveProof(stateDir, name, proof);
  } catch (cause) {
    throw new OperatorError({
      code: 'CDB-E0307',
      what: `Cannot keep the proof "${name}"`,
      why: wordsOf(cause),
      todo: 'make room or rights in the state directory, then repeat it with --write',
      exit: EXIT.UNREACHABLE,
      cause,
    });
  }
}
