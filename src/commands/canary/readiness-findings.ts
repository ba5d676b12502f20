import { wordsOf } from '../../engine/domain/words-of.js';
import type { Config } from '../../config/parse-config.js';
import type { ItemStatus } from '../../doctor/readiness/judge-item.js';
import { judgeReadiness } from '../../doctor/readiness/readiness.js';
import {
  LR_CONTROL_IDS,
  type Evidence,
  type Finding,
} from '../../engine/control/canary-conditions.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { collectEvidence } from '../readiness/collect-evidence.js';
import type { ConditionsCall } from './collect-conditions.js';
import { FAILED, MISSING, OK } from './finding.js';
import type { ReadPlan } from './read-plan.js';

interface Looked {
  readonly stateDir: string;
  readonly ledger: Ledger;
  readonly plan: ReadPlan;
  /** @throws OperatorError for one that can't be read */
  readonly config: () => Config;
  readonly hash: Hash;
}

/** The controls that have to be proven first, as `cdb readiness` judges them. */
export async function readinessFindings(
  { stateDir, ledger, plan, config, hash }: Looked,
  { io, services }: ConditionsCall,
): Promise<Evidence> {
  try {
    const stateFiles = config().doctor.stateFiles;
    const places = { cwd: io.cwd, stateDir, stateFiles, ledger, plan };
    const evidence = await collectEvidence(services, places);
    const { items } = judgeReadiness('canary', evidence, { nowMs: io.nowMs(), hash });
    return Object.fromEntries(
      LR_CONTROL_IDS.flatMap((id) => {
        const judged = items.find(({ item }) => item.id === id);
        return judged === undefined ? [] : [[id, found(judged)]];
      }),
    );
  } catch (fault) {
    return Object.fromEntries(LR_CONTROL_IDS.map((id) => [id, FAILED(wordsOf(fault))]));
  }
}

function found({ status, says }: { readonly status: ItemStatus; readonly says: string }): Finding {
  if (status === 'PASS') return OK(says);
  return status === 'MISSING' ? MISSING(says) : FAILED(`${status}: ${says}`);
}
