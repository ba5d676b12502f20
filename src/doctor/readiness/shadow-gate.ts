import type { FileReading } from './guard-rules.js';
import { jsonObject, memberOf, numberIn, objectIn, textIn, type Members } from './members.js';

/** Where each piece of evidence is, below the evidence folder. */
export const SHADOW_GATE_FILES = {
  evidence_index: 'evidence_index.json',
  shadow_block_probe: 'shadow_block_probe.json',
  execution_status: 'endpoints/execution_status.json',
  risk_status: 'endpoints/risk_status.json',
} as const satisfies Readonly<Record<string, string>>;

export type ShadowGateFile = keyof typeof SHADOW_GATE_FILES;
export type ShadowGateEvidence = Readonly<Record<ShadowGateFile, FileReading>>;

export const SHADOW_GATE_CHECKS = {
  shadow_blocked_total_gte_1: 'at least one order was blocked by shadow mode',
  execution_orders_filled_total_eq_0: 'no order was filled',
  auditable_reject_present: 'the probe found a result with status REJECTED',
  reject_filled_quantity_eq_0: 'the probe was filled with 0.0',
  shadow_probe_artifact_present: 'the probe left its file',
  has_live_data_true: 'signals came in',
  orders_approved_eq_0: 'no order was approved',
  risk_blocked_all_true: 'risk approved none and blocked some',
  runtime_mode_verified: 'execution runs in mode "mock"',
  kill_switch_precheck_inactive: 'the circuit breaker of risk is not open',
} as const satisfies Readonly<Record<string, string>>;

export type ShadowGateCheck = keyof typeof SHADOW_GATE_CHECKS;
const CHECKS = Object.keys(SHADOW_GATE_CHECKS) as readonly ShadowGateCheck[];

export interface ShadowGateVerdict {
  readonly schema_version: '1.1';
  readonly verdict: 'PASS' | 'FAIL';
  /** All false where a file is missing. */
  readonly checks: Readonly<Record<ShadowGateCheck, boolean>>;
  readonly failures: readonly ShadowGateCheck[];
  /** Which file can't be used, and why. */
  readonly unusable: readonly string[];
  /** Of the run; null where the index does not say it. */
  readonly soak_minutes: number | null;
  readonly ended_at: string | null;
}

/** The hard gate over a shadow run. Pure; whatever is not there is not met. Source: domain.md 4.4. */
export function judgeShadowGate(evidence: ShadowGateEvidence): ShadowGateVerdict {
  const unusable: string[] = [];
  const read = (name: ShadowGateFile): Members => {
    const [members, why] = objectOf(evidence[name]);
    if (why !== null) unusable.push(`${SHADOW_GATE_FILES[name]} ${why}`);
    return members;
  };
  const index = read('evidence_index');
  const probe = read('shadow_block_probe');
  const execution = read('execution_status');
  const risk = read('risk_status');
  const isWhole = unusable.length === 0;
  const met = checksOf({ index, probe, execution, risk });
  const hasProbe = evidence.shadow_block_probe.state === 'text';
  const all = { ...met, shadow_probe_artifact_present: hasProbe };
  const checks = Object.fromEntries(CHECKS.map((name) => [name, isWhole && all[name]])) as Record<
    ShadowGateCheck,
    boolean
  >;
  const failures = CHECKS.filter((name) => !checks[name]);
  return {
    schema_version: '1.1',
    verdict: failures.length === 0 ? 'PASS' : 'FAIL',
    checks,
    failures,
    unusable,
    soak_minutes: numberIn(index, 'soak_minutes'),
    ended_at: textIn(index, 'ended_at'),
  };
}

function checksOf({
  index,
  probe,
  execution,
  risk,
}: Readonly<Record<'index' | 'probe' | 'execution' | 'risk', Members>>): Omit<
  Record<ShadowGateCheck, boolean>,
  'shadow_probe_artifact_present'
> {
  const result = objectIn(probe, 'order_result');
  const approved = numberIn(index, 'orders_approved');
  const blocked = numberIn(index, 'orders_blocked');
  const signals = numberIn(index, 'signals_received');
  const isFound = memberOf(probe, 'order_result_found') === true;
  return {
    shadow_blocked_total_gte_1: (numberIn(index, 'shadow_blocked_total') ?? 0) >= 1,
    execution_orders_filled_total_eq_0: numberIn(index, 'orders_filled') === 0,
    auditable_reject_present: isFound && memberOf(result, 'status') === 'REJECTED',
    reject_filled_quantity_eq_0: numberIn(result, 'filled_quantity') === 0,
    has_live_data_true: agrees(index, 'has_live_data', signals === null ? null : signals > 0),
    orders_approved_eq_0: approved === 0,
    risk_blocked_all_true:
      approved === 0 && agrees(index, 'risk_blocked_all', blocked === null ? null : blocked > 0),
    runtime_mode_verified: memberOf(execution, 'mode') === 'mock',
    kill_switch_precheck_inactive:
      memberOf(objectIn(risk, 'risk_state'), 'circuit_breaker') === false,
  };
}

/** What is said and what the figures say: one of them has to be there, and neither may say no. */
function agrees(index: Members, name: string, figured: boolean | null): boolean {
  const said = memberOf(index, name) ?? null;
  if (said === null) return figured === true;
  return said === true && figured !== false;
}

function objectOf(file: FileReading): readonly [Members, string | null] {
  if (file.state === 'missing') return [{}, 'is missing'];
  if (file.state === 'unusable') return [{}, `can not be read: ${file.why}`];
  const members = jsonObject(file.text);
  return members === null ? [{}, 'is no JSON object'] : [members, null];
}
