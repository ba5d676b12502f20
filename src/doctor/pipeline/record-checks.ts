import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { evidence, notExamined, type Check, type Remedy } from '../check.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { tradingCheck } from './trading-check.js';
import { readOf } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;
const RATIO_MAX = 1.05;
const FILLED_MIN = 20;

const read = (does: string, command: string | null): Remedy => ({
  does,
  command,
  risk: 'none: it only reads',
  gate: null,
});

const writers = tradingCheck(['PostgreSQL'], {
  id: 'pipeline.one_writer',
  group: 'pipeline',
  level: 'P1',
  title: 'each fill is written once',
  matters:
    'two writers double every order and trade: profit, rejection rate and gates are all wrong',
  components: ['database'],
  needs: ['trading'],
  looks: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { nowMs, readings }) => {
    const { filled } = trading.value;
    const counters = readOf(readings.counters);
    const byCounters = counters === null ? null : ratioOf(counters.value, nowMs);
    const ratios = [
      ...(filled === null ? [] : [{ ...filled, by: 'all rows' }]),
      ...(byCounters === null ? [] : [{ ...byCounters, by: 'growth in the window' }]),
    ].filter(({ orders }) => orders >= FILLED_MIN);
    const worst = ratios.reduce<(typeof ratios)[number] | null>(
      (a, b) => (a === null || b.trades / b.orders > a.trades / a.orders ? b : a),
      null,
    );
    if (worst === null) return notExamined(`fewer than ${FILLED_MIN} filled orders are known`);
    const ratio = worst.trades / worst.orders;
    const says = `${countText(worst.trades)} trades for ${countText(worst.orders)} filled orders, ratio ${ratio.toFixed(2)} (${worst.by})`;
    const proof = [evidence(trading, says)];
    if (ratio <= RATIO_MAX) return { status: 'OK', says, evidence: proof };
    return {
      status: 'FAIL',
      says: `fills are written more than once: ${says}, limit ${RATIO_MAX}`,
      evidence: proof,
      remedy: read('find which two services insert trades, and turn one of them off', null),
      figures: { ratio: Math.round(ratio * 100) / 100 },
    };
  },
});

function ratioOf(history: CounterHistory, nowMs: number) {
  const orders = grown(history, [['*.execution_orders_filled_total']], nowMs);
  const trades = grown(history, [['rows.trades']], nowMs);
  if (orders === null || trades === null || orders.spanMs !== trades.spanMs) return null;
  return { orders: orders.count, trades: trades.count };
}

const finite = tradingCheck(['PostgreSQL', 'Redis'], {
  id: 'pipeline.finite_figures',
  group: 'pipeline',
  level: 'P0',
  title: 'every figure is a number',
  matters: 'one NaN in the exposure, and no limit blocks until the next restart',
  components: ['risk'],
  needs: ['trading'],
  looks: ['counters'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { readings }) => {
    const { nonFinite } = trading.value;
    const looks = readOf(readings.counters)?.value.samples ?? [];
    const sampled = looks.findLast(({ isKept }) => isKept !== true)?.counters ?? {};
    const bad = Object.entries(sampled)
      .filter(([, { value }]) => !Number.isFinite(value))
      .map(([name, { value }]) => `${name} is ${value}`);
    if (nonFinite === null && Object.keys(sampled).length === 0) {
      return notExamined('no figure could be read');
    }
    const all = [...(nonFinite ?? []), ...bad];
    const [first] = all;
    if (first === undefined) {
      const says = 'no figure of state, streams and tables is NaN or infinite';
      return { status: 'OK', says, evidence: [evidence(trading, says)] };
    }
    return {
      status: 'FAIL',
      says: `${all.length} figures are no number, the first: ${first}`,
      evidence: all.slice(0, 5).map((what) => evidence(trading, what)),
      remedy: {
        does: 'stop orders; risk has to be restarted before a limit holds again',
        command: 'cdb kill-switch engage --reason "a figure is no number"',
        risk: 'no order leaves until it is released',
        gate: null,
      },
    };
  },
});

const ids = tradingCheck(['Redis'], {
  id: 'pipeline.unique_signals',
  group: 'pipeline',
  level: 'P0',
  title: 'every signal has an id of its own',
  matters: 'ids that begin again after a restart overwrite old orders and vanish from the ledger',
  components: ['signal', 'audit_trail'],
  needs: ['trading'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }) => {
    const { signals } = trading.value;
    if (signals === null || signals.looked === 0) return notExamined('no stream of signals');
    const [first] = signals.repeated;
    const proof = (what: string) => [evidence(trading, what)];
    if (first === undefined) {
      const says = `${countText(signals.looked)} newest signals, every id once`;
      return { status: 'OK', says, evidence: proof(says) };
    }
    const says = `${countText(signals.repeated.length)} ids of the ${countText(signals.looked)} newest signals were given twice, such as ${first}`;
    return {
      status: 'FAIL',
      says,
      evidence: proof(says),
      remedy: read(
        'give the signal service ids that a restart does not repeat, before its next restart',
        null,
      ),
      figures: { repeated: signals.repeated.length },
    };
  },
});

const pending = tradingCheck(['Redis'], {
  id: 'pipeline.orders_pending',
  group: 'pipeline',
  level: 'P1',
  title: 'no order waits for ever',
  matters: 'a crash between order and result leaves its exposure reserved until risk is restarted',
  components: ['execution'],
  needs: ['trading'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ trading }, { nowMs }) => {
    const { unanswered } = trading.value;
    if (unanswered === null || unanswered.looked === 0) return notExamined('no stream of orders');
    const { overdue, looked } = unanswered;
    const [oldest] = overdue;
    if (oldest === undefined) {
      const says = `each of the ${countText(looked)} newest orders has its result`;
      return { status: 'OK', says, evidence: [evidence(trading, says)] };
    }
    const says = `${countText(overdue.length)} of ${countText(looked)} orders have no result, the oldest for ${durationText(nowMs - oldest.atMs)} (${oldest.id})`;
    return {
      status: 'FAIL',
      says,
      evidence: [evidence(trading, says)],
      remedy: read(
        'ask the venue for these orders, then restart risk so that it forgets them',
        'cdb streams peek stream.orders',
      ),
      figures: { overdue: overdue.length },
    };
  },
});

export const RECORD_CHECKS: readonly Check[] = [writers, finite, ids, pending];
