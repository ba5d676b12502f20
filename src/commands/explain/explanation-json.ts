import type { FlippingChange } from '../../engine/explain/counterfactual.js';
import type { Explanation, JudgedAgain } from '../../engine/explain/explanation.js';
import type { LimitRow } from '../../engine/explain/limit-rows.js';
import type { Step } from '../../engine/explain/path.js';
import type { Change } from '../../engine/explain/smallest-change.js';
import type { DecisionTrace } from '../../engine/ports/decision-trace.js';

/** Everything that is known; amounts are decimal text, `record` has the rows as they stand. */
export function explanationJson(trace: DecisionTrace, explanation: Explanation) {
  const { path, verdict, judgedAgain, missing } = explanation;
  const { matched, ...record } = trace;
  return {
    ...matched,
    verdict,
    judged_again: judgedAgain === null ? null : judgedJson(judgedAgain),
    path: path.map(stepJson),
    missing,
    record,
  };
}

function judgedJson({ code, agrees, limits, single, together }: JudgedAgain) {
  return {
    code,
    agrees,
    limits: limits.map(limitJson),
    flipped_by_one: single.map(flippingJson),
    flipped_together: together.map(changeJson),
  };
}

function stepJson({ step, atMs, delayMs, ageMs, facts, from }: Step) {
  return {
    step,
    at: atMs === null ? null : new Date(atMs).toISOString(),
    delay_ms: delayMs,
    age_at_decision_ms: ageMs,
    facts: Object.fromEntries(facts),
    from,
  };
}

function limitJson({ limitKeys, ...row }: LimitRow) {
  return { ...row, limit_keys: limitKeys.map(configKey) };
}

function flippingJson(change: FlippingChange) {
  return { ...changeJson(change), gives: change.gives };
}

function changeJson({ name, kind, unit, from, to, by, sizeFraction }: Change) {
  return {
    name: kind === 'limit' ? configKey(name) : name,
    ...{ kind, unit, from, to, by },
    size_fraction: sizeFraction,
  };
}

/** Where an operator sets a key of the threshold set. */
export function configKey(key: string): string {
  return `thresholds.overrides.${key}`;
}
