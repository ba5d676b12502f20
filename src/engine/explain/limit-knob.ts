import { e8ToNumber } from '../domain/e8.js';
import type { GateThresholds } from '../domain/thresholds.js';
import type { RiskLimits } from '../stages/risk-checks.js';
import { amount, FAR_E8, FINEST_E8, WHOLE_E8, type AmountKnob } from './knob.js';
import type { RecordedCase } from './recorded-case.js';

/** @param key of the threshold set: `gate.stalenessSecMax` */
export function limitKnob(key: string): AmountKnob {
  const [section = '', name = ''] = key.split('.');
  const counts = /(?:OrdersMin|PerMinMax)$/.test(name);
  return {
    ...amount(key, ''),
    kind: 'limit',
    stepE8: counts ? WHOLE_E8 : FINEST_E8,
    minE8: section === 'gate' && name.includes('Pp') ? -FAR_E8 : 0n,
    maxE8: name.endsWith('Fraction') ? WHOLE_E8 : FAR_E8,
    read: (recorded) => limitsOf(recorded, section)[name] ?? null,
    write: (recorded, pointE8) => withLimit(recorded, section, { [name]: e8ToNumber(pointE8) }),
  };
}

function limitsOf(
  { gateLimits, risk }: RecordedCase,
  section: string,
): Readonly<Record<string, number>> {
  if (section === 'gate') return { ...gateLimits };
  const numbers = Object.entries(
    section === 'risk' ? (risk?.limits.risk ?? {}) : (risk?.limits.breaker ?? {}),
  ).filter((one): one is [string, number] => typeof one[1] === 'number');
  return Object.fromEntries(numbers);
}

function withLimit(
  recorded: RecordedCase,
  section: string,
  change: Readonly<Record<string, number>>,
): RecordedCase {
  if (section === 'gate') {
    const gateLimits: GateThresholds = { ...recorded.gateLimits, ...change };
    return { ...recorded, gateLimits };
  }
  if (recorded.risk === null) return recorded;
  const { limits } = recorded.risk;
  const changed: RiskLimits =
    section === 'risk'
      ? { ...limits, risk: { ...limits.risk, ...change } }
      : { ...limits, breaker: { ...limits.breaker, ...change } };
  return { ...recorded, risk: { ...recorded.risk, limits: changed } };
}
