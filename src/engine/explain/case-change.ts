import type { GateValues } from '../domain/gate.js';
import type { RiskInputs } from '../stages/risk-inputs.js';
import type { RecordedCase } from './recorded-case.js';

export function withValues(recorded: RecordedCase, change: Partial<GateValues>): RecordedCase {
  return { ...recorded, values: { ...recorded.values, ...change } };
}

export function withInputs(recorded: RecordedCase, change: Partial<RiskInputs>): RecordedCase {
  const { risk } = recorded;
  if (risk === null) return recorded;
  return { ...recorded, risk: { ...risk, inputs: { ...risk.inputs, ...change } } };
}
