import {
  check,
  evidence,
  notExamined,
  skip,
  type Check,
  type Judgement,
  type Remedy,
} from '../check.js';
import type { Readings } from '../facts.js';
import type { CounterHistory } from './facts.js';
import { valueOf } from './growth.js';
import { judgePair, type PairVerdict } from './judge-pair.js';
import type { EffectRule, StackRule } from './effect-rule.js';
import { EFFECT_RULES } from './pairs.js';
import {
  engineOf,
  evidenceOf,
  unknown,
  unread,
  withStarts,
  worstOf,
  type Read,
  type ReadPlace,
} from './verdicts.js';
import { whyNoOrder } from './why-no-order.js';

/** Evidence is read by this look; a recorded scrape may be older. */
const EVIDENCE_MS_MAX = 3_600_000;
/** A first window takes a minute, and what is not proven after this will not prove itself. */
const UNPROVEN_MS_MAX = 180_000;

export const PAIR_CHECKS: readonly Check[] = EFFECT_RULES.map((rule) =>
  check({
    id: `pipeline.${rule.pair}`,
    group: 'pipeline',
    level: rule.level,
    title: rule.title,
    matters: rule.matters,
    components: rule.components,
    needs: ['counters'],
    looks: ['engine', 'trading', 'logs', 'containers', 'postgres', 'redisServer'],
    windowMs: EVIDENCE_MS_MAX,
    examine: ({ counters }, { nowMs, readings }) =>
      worstOf([
        ...engineJudgement(rule, readings, nowMs),
        ...stackJudgement(rule, withStarts(counters, readings, nowMs), readings, nowMs),
      ]),
  }),
);

function engineJudgement(
  rule: EffectRule,
  readings: Readings,
  nowMs: number,
): readonly Judgement[] {
  const engine = engineOf(readings);
  const effect = engine?.value.effects.find(({ name }) => name === rule.engine);
  if (engine === null || effect === undefined) return [];
  const { observedAtMs, run } = engine.value;
  const says = `${effect.name}: ${effect.reason}`;
  const evidence = [
    { what: `${effect.word}: ${effect.reason}`, source: engine.source, observedAtMs },
  ];
  switch (effect.word) {
    case 'OK':
      return [{ status: 'OK', says, evidence }];
    case 'IDLE':
      return [{ status: 'OK', says: `idle: ${says}`, evidence }];
    case 'STALLED':
      return [{ status: 'FAIL', says, evidence, remedy: engineRemedy(rule) }];
    case 'UNKNOWN':
      return nowMs - run.startedAtMs < UNPROVEN_MS_MAX
        ? [skip(`not proven yet: ${says}`)]
        : [{ status: 'WARN', says: `not proven: ${says}`, evidence, remedy: engineRemedy(rule) }];
  }
}

function stackJudgement(
  rule: EffectRule,
  counters: Read<CounterHistory>,
  readings: Readings,
  nowMs: number,
): readonly Judgement[] {
  const { stack } = rule;
  if (stack === null || isOnlyOurs(rule, counters.value, readings)) return [];
  const verdict = judgePair(stack, counters.value, nowMs);
  const { word } = verdict;
  const told = {
    says: verdict.says,
    evidence: evidenceOf(verdict, counters.source),
    figures: figuresOf(verdict),
  };
  switch (word) {
    case 'FLOWS':
      return [{ status: 'OK', ...told }];
    case 'IDLE':
      return [
        { status: 'OK', ...told, says: idleWords(rule, verdict, counters.value, readings, nowMs) },
      ];
    case 'UNKNOWN': {
      const why = silenceWords(rule, counters.value, readings, nowMs);
      const lost = why === null ? lostSides(stack, verdict, counters.value, readings) : [];
      if (lost.length > 0) return [unknown(lost)];
      if (why === null) return [notExamined(withFaults(verdict.says, counters.value))];
      return [{ status: 'OK', says: why, evidence: [evidence(counters, why)] }];
    }
    case 'SUSPECT':
      return [{ status: 'WARN', ...told, remedy: LOOK_AGAIN }];
    case 'LOSES': {
      const isLoss = stack.lossIsFailure === true;
      return [{ status: isLoss ? 'FAIL' : 'WARN', ...told, remedy: stackRemedy(stack, word) }];
    }
    case 'STALLED':
    case 'NO TABLE':
      return [
        { ...told, ...refusalsWithoutRow(rule, counters.value), remedy: stackRemedy(stack, word) },
      ];
  }
}

const PLACE_OF: Readonly<Record<string, ReadPlace>> = { rows: 'PostgreSQL', stream: 'Redis' };

/** Why sides are not counted that would have been; empty where another is not counted by anybody. */
function lostSides(
  { cause, effect }: StackRule,
  verdict: PairVerdict,
  history: CounterHistory,
  readings: Readings,
): readonly string[] {
  const sides = [
    ...(verdict.cause === null ? [cause] : []),
    ...(verdict.effect === null ? [effect] : []),
  ];
  const lost = sides.map(({ anyOf }) => {
    const places = anyOf.flat().flatMap((name) => PLACE_OF[name.slice(0, name.indexOf('.'))] ?? []);
    return unread(history, readings, places);
  });
  return lost.every((faults) => faults.length > 0) ? [...new Set(lost.flat())] : [];
}

/**
 * Our engine judges its own path; only that its rows are really there is looked at from outside.
 * What it publishes has the form of the stack's, and other laws: shadow orders leave no row.
 */
function isOnlyOurs(
  { pair }: EffectRule,
  { samples }: CounterHistory,
  readings: Readings,
): boolean {
  const isAttached = samples.some(({ isKept, counters }) => {
    return isKept !== true && Object.keys(counters).some((name) => name.startsWith('service.'));
  });
  return engineOf(readings) !== null && !isAttached && pair !== 'audit_persisted';
}

/** The service of the stack writes no row for what its kill switch refuses. */
function refusalsWithoutRow(
  rule: EffectRule,
  history: CounterHistory,
): { status: 'FAIL' | 'WARN' } {
  const isHalted = valueOf(history, '*.risk_kill_switch_active') === 1;
  return { status: rule.pair === 'audit_persisted' && isHalted ? 'WARN' : 'FAIL' };
}

function idleWords(
  rule: EffectRule,
  { says }: PairVerdict,
  history: CounterHistory,
  readings: Readings,
  nowMs: number,
): string {
  return silenceWords(rule, history, readings, nowMs) ?? `idle: ${says}`;
}

/** Why execution has nothing to do; null: it is not about execution, or nothing explains it. */
function silenceWords(
  { pair }: EffectRule,
  history: CounterHistory,
  readings: Readings,
  nowMs: number,
): string | null {
  if (pair !== 'approvals_orders' && pair !== 'orders_results') return null;
  const why = whyNoOrder(history, readings, nowMs);
  return why === null ? null : `nothing reaches it: ${why}`;
}

function withFaults(says: string, { faults = [] }: CounterHistory): string {
  return faults.length === 0 ? says : `${says} (${faults.slice(0, 3).join('; ')})`;
}

function figuresOf({ cause, effect, spanMs }: PairVerdict) {
  return {
    cause_count: cause?.growth.count ?? null,
    effect_count: effect?.growth.count ?? null,
    span_ms: Math.round(spanMs),
  };
}

const LOOK_AGAIN: Remedy = {
  does: 'look again in some minutes: this look is kept, and the next is judged over the time between',
  command: 'cdb doctor --group pipeline',
  risk: 'none: it only reads',
  gate: null,
};

function stackRemedy({ table, by }: StackRule, word: PairVerdict['word']): Remedy {
  if (table !== undefined && word === 'NO TABLE') {
    return {
      does: `create the table ${table} by its migration`,
      command: 'cdb migrate plan',
      risk: 'the plan only reads; the migration itself changes the schema',
      gate: 'migrations',
      instead: [
        {
          does: 'turn persistence off in the service',
          risk: 'decisions stay without proof: a stop-gap for hours, never a fix',
        },
      ],
      testsAfter: [
        `restart only ${by}`,
        'wait for the next signal',
        `the log of ${by} shows a row persisted in place of the error`,
        `the table ${table} has rows`,
      ],
    };
  }
  if (table !== undefined) {
    return {
      does: `compare what ${by} inserts with the table ${table}, then restart only ${by}`,
      command: `cdb drift --tables ${table}`,
      risk: 'none: it only reads',
      gate: null,
    };
  }
  return {
    does: `read the last hour of ${by}'s log, then restart only ${by}`,
    command: 'cdb doctor --group logs',
    risk: 'none: it only reads',
    gate: null,
  };
}

function engineRemedy({ pair }: EffectRule): Remedy {
  const isAudit = pair === 'audit_persisted';
  return {
    does: isAudit ? 'see what the schema lacks' : 'see what the engine says of it',
    command: isAudit ? 'cdb migrate plan' : 'cdb status',
    risk: 'none: it only reads',
    gate: isAudit ? 'migrations' : null,
  };
}

/** Whether rows of decisions are written; what is judged by rows means nothing where they are not. */
export function isAudited(history: CounterHistory, readings: Readings, nowMs: number): boolean {
  const rule = EFFECT_RULES.find(({ pair }) => pair === 'audit_persisted');
  const verdict = rule?.stack ? judgePair(rule.stack, history, nowMs) : null;
  const engine = engineOf(readings)?.value;
  const effect = engine?.effects.find(({ name }) => name === 'decisions->audit rows');
  return (
    effect?.word !== 'STALLED' &&
    (verdict === null || (verdict.word !== 'STALLED' && verdict.word !== 'NO TABLE'))
  );
}
