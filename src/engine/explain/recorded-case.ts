import { GATE_CHECKS, gateSeen, judgeGate, passesGate, type GateValues } from '../domain/gate.js';
import type { GateThresholds } from '../domain/thresholds.js';
import { exposurePp } from '../stages/exposure.js';
import { e8FromNumber } from '../domain/e8.js';
import { riskCase, riskRefusal } from '../stages/risk.js';
import {
  CHECKS_AFTER_GATE,
  CHECKS_BEFORE_GATE,
  passesRisk,
  type RiskCase,
  type RiskLimits,
} from '../stages/risk-checks.js';
import type { RiskInputs } from '../stages/risk-inputs.js';

/** One decision as it is on record: what it was judged on, and by which limits. */
export interface RecordedCase {
  readonly values: GateValues;
  readonly gateLimits: GateThresholds;
  /** Null where the record has none; then only the gate can be judged again. */
  readonly risk: { readonly inputs: RiskInputs; readonly limits: RiskLimits } | null;
}

/** The code of the refusal; null = ALLOW. The engine's own judges, nothing else. */
export function codeOf(recorded: RecordedCase): string | null {
  const gate = judgeGate(gateValues(recorded), recorded.gateLimits);
  const layers = layersOf(recorded);
  return layers === null ? gate.reasonCode : (riskRefusal(layers)?.code ?? null);
}

export function layersOf(recorded: RecordedCase): RiskCase | null {
  if (recorded.risk === null) return null;
  const { inputs, limits } = recorded.risk;
  const gate = judgeGate(gateValues(recorded), recorded.gateLimits);
  return riskCase({ ...inputs, gate }, limits);
}

/** Whether one condition lets the order through, whatever the others say. */
export function isOpen(recorded: RecordedCase, condition: { code: string; name: string }): boolean {
  const isMeant = ({ code, name }: { readonly code: string; readonly name: string }) =>
    code === condition.code && name === condition.name;
  const gate = GATE_CHECKS.find(isMeant);
  if (gate !== undefined) {
    return passesGate(gate, gateSeen(gateValues(recorded)), recorded.gateLimits);
  }
  const layer = [...CHECKS_BEFORE_GATE, ...CHECKS_AFTER_GATE].find(isMeant);
  const layers = layersOf(recorded);
  return layer !== undefined && layers !== null && passesRisk(layer, layers);
}

/** Gate and layers look at one account: what changes for one changes for the other. */
export function gateValues({ values, risk }: RecordedCase): GateValues {
  if (risk === null) return values;
  const balanceE8 = e8FromNumber(risk.limits.risk.balanceUsdt);
  return {
    ...values,
    dailyDrawdownPp: risk.inputs.dailyDrawdownPp,
    totalExposurePp: exposurePp(risk.inputs.totalExposureE8, balanceE8),
  };
}
