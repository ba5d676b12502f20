import { holds, type Comparison } from '../domain/comparison.js';
import { GATE_CHECKS, gateSeen, passesGate } from '../domain/gate.js';
import {
  appliesTo,
  CHECKS_AFTER_GATE,
  CHECKS_BEFORE_GATE,
  passesRisk,
  type RiskCheck,
} from '../stages/risk-checks.js';
import { amountOf, plainAmount } from './plain-amount.js';
import { gateValues, layersOf, type RecordedCase } from './recorded-case.js';

/** One condition of a decision, with what it looked at. Amounts are decimal text. */
export interface LimitRow {
  readonly code: string;
  readonly name: string;
  readonly unit: string;
  readonly relation: Comparison['relation'];
  /** Null where it was missing. */
  readonly value: string | null;
  /** Several where one of them is required; null where something has to be there, or must not. */
  readonly limit: string | readonly string[] | null;
  /** Keys of the threshold set, the limit's own first. */
  readonly limitKeys: readonly string[];
  /**
   * `decides`: the refusal. `refuses`: it would have refused too, had the first one not. `exempt`:
   * an order that only reduces is not held to it.
   */
  readonly outcome: 'passes' | 'decides' | 'refuses' | 'exempt';
  /** Room up to the limit; below zero: what is short. Null where there is no amount. */
  readonly room: string | null;
}

/** Every condition in the order of the judgement. */
export function limitRows(recorded: RecordedCase): readonly LimitRow[] {
  const rows = [
    ...layerRows(CHECKS_BEFORE_GATE, recorded),
    ...gateRows(recorded),
    ...layerRows(CHECKS_AFTER_GATE, recorded),
  ];
  const first = rows.findIndex(({ outcome }) => outcome === 'refuses');
  return rows.map((row, at) => (at === first ? { ...row, outcome: 'decides' } : row));
}

function gateRows(recorded: RecordedCase): readonly LimitRow[] {
  const { gateLimits } = recorded;
  const seen = gateSeen(gateValues(recorded));
  const exempt = layersOf(recorded)?.reduceOnly === true;
  return GATE_CHECKS.map((check) => ({
    code: check.code,
    name: check.name,
    unit: unitOf(check.name),
    ...comparedText(check.compared(seen, gateLimits)),
    limitKeys: check.limit === null ? [] : [`gate.${check.limit}`],
    outcome: outcomeOf(passesGate(check, seen, gateLimits), exempt),
  }));
}

function layerRows(checks: readonly RiskCheck[], recorded: RecordedCase): readonly LimitRow[] {
  const layers = layersOf(recorded);
  if (layers === null) return [];
  const applying = checks.filter((check) => appliesTo(check, layers));
  return applying.map((check) => {
    const compared = check.compared(layers);
    const exempt = check.entriesOnly === true && layers.reduceOnly;
    return {
      code: check.code,
      name: check.name,
      unit: check.unit,
      ...comparedText(compared),
      limitKeys: check.limitKeys,
      outcome: outcomeOf(exempt ? holds(compared) : passesRisk(check, layers), exempt),
    };
  });
}

function outcomeOf(passes: boolean, exempt: boolean): LimitRow['outcome'] {
  if (exempt) return 'exempt';
  return passes ? 'passes' : 'refuses';
}

function comparedText(
  compared: Comparison,
): Pick<LimitRow, 'relation' | 'value' | 'limit' | 'room'> {
  const { relation } = compared;
  switch (relation) {
    case 'one of': {
      const value = compared.value === null ? null : String(compared.value);
      return { relation, value, limit: compared.limit.map(String), room: null };
    }
    case 'named':
    case 'none':
      return { relation, value: compared.value, limit: null, room: null };
    default:
      return {
        relation,
        value: compared.value === null ? null : plainAmount(compared.value),
        limit: plainAmount(compared.limit),
        room: compared.value === null ? null : roomText(compared.value, compared.limit, relation),
      };
  }
}

function roomText(value: number | bigint, limit: number | bigint, relation: string): string | null {
  const [a, b] = [amountOf(value), amountOf(limit)];
  if (a === null || b === null) return null;
  return plainAmount(relation.startsWith('<') ? b - a : a - b);
}

function unitOf(name: string): string {
  if (name.endsWith('Pp')) return 'pp';
  if (name.endsWith('Sec')) return 'sec';
  return name === 'volume15m' ? 'base' : '';
}
