import { durationText } from '../../view/age.js';
import {
  evidence,
  notExamined,
  skip,
  type Check,
  type Evidence,
  type Judgement,
  type Remedy,
} from '../check.js';
import type { CounterHistory, ExposureFigures } from './facts.js';
import { DUST_USDT, exposurePlaces } from './exposure-difference.js';
import { grown } from './grown.js';
import { valuesOf } from './growth.js';
import { tradingCheck } from './trading-check.js';
import { readOf, worstOf } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;
/** A position that is really held changes its value with every tick. */
const FROZEN_MS_MIN = 600_000;
const FROZEN_VALUES_MIN = 3;
const UNWIND_MS_MAX = 600_000;
export const EXPOSURE_METRIC = '*.risk_total_exposure_value';

const reconcile: Remedy = {
  does: 'compare positions with filled orders, then restart only risk: it loads the table at its start',
  command: 'cdb fills --since 24h',
  risk: 'none: it only reads; a restart of risk forgets its latch',
  gate: null,
};

const agreement = tradingCheck(['PostgreSQL', 'Redis'], {
  id: 'pipeline.exposure_agrees',
  group: 'pipeline',
  level: 'P0',
  title: 'risk, positions and orders have the same exposure',
  matters: 'phantom exposure stops all trading, missing exposure lets every limit be passed',
  components: ['risk'],
  needs: ['trading'],
  looks: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { nowMs, readings }) => {
    const counters = readOf(readings.counters);
    const differs = judgeAgreement(trading.value.exposure, (what) => evidence(trading, what));
    if (counters === null) return differs;
    const proof = (what: string) => evidence(counters, what);
    return worstOf([differs, judgeFrozen(counters.value, nowMs, proof)]);
  },
});

type Prove = (what: string) => Evidence;

function judgeAgreement(exposure: ExposureFigures, prove: Prove): Judgement {
  const { known, least, most, differs } = exposurePlaces(exposure);
  const says = known.map(({ name, usdt }) => `${name} ${usdt.toFixed(2)}`).join(', ');
  if (known.length < 2) return notExamined('fewer than two places tell their exposure');
  if (!differs) return { status: 'OK', says: `${says} USDT`, evidence: [prove(says)] };
  const share = Math.round(((most - least) / most) * 1_000) / 10;
  return {
    status: 'FAIL',
    says: `exposure differs by ${share} %: ${says} USDT`,
    evidence: [prove(says)],
    remedy: reconcile,
    figures: { least_usdt: least, most_usdt: most },
  };
}

/** The same number again and again while trades come is a memory of something that is not there. */
function judgeFrozen(history: CounterHistory, nowMs: number, prove: Prove): Judgement {
  const points = valuesOf(history, EXPOSURE_METRIC);
  const last = points.at(-1);
  if (last === undefined) return skip('no service tells its exposure');
  const { value } = last.counter;
  const since = points.findLastIndex(({ counter }) => counter.value !== value) + 1;
  const same = points.slice(since);
  const forMs = last.atMs - (same[0]?.atMs ?? last.atMs);
  const trades = grown(history, [['*.redis_publish_total'], ['*.signals_received_total']], nowMs);
  const says = `exposure ${value.toFixed(2)} USDT`;
  const isFrozen = value > DUST_USDT && forMs >= FROZEN_MS_MIN && same.length >= FROZEN_VALUES_MIN;
  if (!isFrozen || trades === null || trades.count === 0) {
    return { status: 'OK', says, evidence: [prove(says)] };
  }
  const words = `the same exposure of ${value.toFixed(2)} USDT for ${durationText(forMs)} while prices move`;
  return { status: 'FAIL', says: words, evidence: [prove(words)], remedy: reconcile };
}

const overshoot = tradingCheck(['PostgreSQL', 'Redis'], {
  id: 'pipeline.exposure_limit',
  group: 'pipeline',
  level: 'P0',
  title: 'exposure stays below its limit, orders in flight included',
  matters: 'a limit that is checked before sizing let 15900 USDT through where 3000 was allowed',
  components: ['risk'],
  needs: ['trading'],
  looks: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { readings }) => {
    const { memoryUsdt, positionsUsdt, ordersUsdt, pendingUsdt, limitUsdt } =
      trading.value.exposure;
    const history = readOf(readings.counters)?.value;
    const sampled = history === undefined ? [] : valuesOf(history, EXPOSURE_METRIC);
    const held = [memoryUsdt, positionsUsdt, ordersUsdt].filter((usdt) => usdt !== null);
    const all = [
      ...held.map((usdt) => usdt + (pendingUsdt ?? 0)),
      ...sampled.map(({ counter }) => counter.value),
    ].filter(Number.isFinite);
    if (limitUsdt === null || all.length === 0) return notExamined('exposure or limit is unknown');
    const most = Math.max(...all);
    const pending = pendingUsdt === null ? '' : `, ${pendingUsdt.toFixed(2)} of it in flight`;
    const says = `at most ${most.toFixed(2)} USDT${pending}, limit ${limitUsdt.toFixed(2)}`;
    const proof = [evidence(trading, says)];
    if (most <= limitUsdt) return { status: 'OK', says, evidence: proof };
    return {
      status: 'FAIL',
      says: `exposure passed its limit by ${(most - limitUsdt).toFixed(2)} USDT: ${says}`,
      evidence: proof,
      remedy: {
        does: 'stop new risk, then find the order that passed the limit',
        command: 'cdb kill-switch engage --reason "exposure above its limit"',
        risk: 'no order leaves until it is released',
        gate: null,
      },
      figures: { most_usdt: most, limit_usdt: limitUsdt },
    };
  },
});

const unwinds = tradingCheck(['PostgreSQL', 'Redis'], {
  id: 'pipeline.exposure_unwinds',
  group: 'pipeline',
  level: 'P0',
  title: 'exposure at its limit is reduced again',
  matters: 'an unwind that waits for fills while fills are blocked is a deadlock: nothing trades',
  components: ['risk'],
  needs: ['trading'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { nowMs }) => {
    const { exposure, sides } = trading.value;
    const { memoryUsdt, limitUsdt } = exposure;
    if (memoryUsdt === null || limitUsdt === null)
      return notExamined('exposure or limit is unknown');
    const says = `exposure ${memoryUsdt.toFixed(2)}, limit ${limitUsdt.toFixed(2)} USDT`;
    const proof = [evidence(trading, says)];
    if (memoryUsdt < limitUsdt) return { status: 'OK', says, evidence: proof };
    const sellAtMs = sides?.newestSellAtMs ?? null;
    if (sides === null) return skip('exposure is at its limit, and no source has fills by side');
    if (sellAtMs !== null && nowMs - sellAtMs <= UNWIND_MS_MAX) {
      return {
        status: 'OK',
        says: `${says}, a SELL ${durationText(nowMs - sellAtMs)} ago`,
        evidence: proof,
      };
    }
    const last =
      sellAtMs === null
        ? 'no SELL ever'
        : `the newest SELL is ${durationText(nowMs - sellAtMs)} old`;
    return {
      status: 'FAIL',
      says: `${says}, and ${last} (limit ${durationText(UNWIND_MS_MAX)})`,
      evidence: proof,
      remedy: reconcile,
    };
  },
});

const SIDED_FILLS_MIN = 20;

const sided = tradingCheck(['PostgreSQL'], {
  id: 'pipeline.two_sided',
  group: 'pipeline',
  level: 'P1',
  title: 'fills go both ways',
  matters: 'buying without ever selling ends at the exposure limit, and then nothing trades',
  components: ['execution'],
  needs: ['trading'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }) => {
    const { sides } = trading.value;
    if (sides === null) return notExamined('no source has fills by side');
    const { buys, sells, source } = sides;
    const says = `${buys} buys, ${sells} sells among the newest fills`;
    const proof = [{ ...evidence(trading, says), source }];
    if (buys + sells < SIDED_FILLS_MIN || Math.min(buys, sells) > 0) {
      return { status: 'OK', says, evidence: proof };
    }
    return {
      status: 'WARN',
      says: `only one side is traded: ${says}`,
      evidence: proof,
      remedy: {
        does: 'look whether exits are switched on (PAPER_AUTO_UNWIND of the stack)',
        command: 'cdb fills --since 24h',
        risk: 'none: it only reads',
        gate: null,
      },
      figures: { buys, sells },
    };
  },
});

export const EXPOSURE_CHECKS: readonly Check[] = [agreement, overshoot, unwinds, sided];
