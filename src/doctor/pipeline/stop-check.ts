import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { check, evidence, notExamined, skip, type Check, type Judgement } from '../check.js';
import type { CounterHistory } from './facts.js';
import { growthOf, sideOf, valueOf } from './growth.js';
import { engineOf, unknown, unread, type Read } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;

const STOPS = [
  { name: '*.risk_kill_switch_active', words: 'the kill switch (risk_kill_switch_active)' },
  { name: 'stop.emergency_stop', words: 'the key emergency_stop' },
  { name: 'engine.halted', words: 'the level of the engine' },
] as const;

const ORDERS = [['*.execution_orders_filled_total'], ['engine.orders'], ['stream.orders']] as const;

export const STOP_CHECK: Check = check({
  id: 'pipeline.stop_works',
  group: 'pipeline',
  level: 'P0',
  title: 'where a stop is in force, no order goes on',
  matters:
    'a flag that no service reads stops nothing: 120 orders went on under "ALL TRADING STOPPED"',
  components: ['safety', 'execution'],
  needs: ['counters'],
  looks: ['engine', 'redisServer'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { readings }) => {
    const history = counters.value;
    const exits = engineOf(readings)?.value.exits ?? [];
    if (exits.length > 0) return skip('the stop itself closes positions: its orders are meant');
    const known = STOPS.filter(({ name }) => valueOf(history, name) !== null);
    const engaged = known.filter(({ name }) => valueOf(history, name) === 1);
    const [first] = engaged;
    const lost = first === undefined ? unread(history, readings, ['Redis']) : [];
    if (lost.length > 0) return unknown(lost);
    if (known.length === 0) return notExamined('no place tells whether a stop is in force');
    if (first === undefined) {
      const says = 'no stop is in force';
      return { status: 'OK', says, evidence: [evidence(counters, says)] };
    }
    return underStop(counters, first);
  },
});

/** Only what grew between two looks that both saw the stop. */
function underStop(
  counters: Read<CounterHistory>,
  { name, words }: (typeof STOPS)[number],
): Judgement {
  const history = counters.value;
  const flags = sideOf(history, [[name]])?.points[0] ?? [];
  const since = flags.findLastIndex(({ counter }) => counter.value !== 1) + 1;
  const fromMs = flags[since]?.atMs;
  const sides = ORDERS.flatMap((names) => sideOf(history, [names]) ?? []);
  if (fromMs === undefined || sides.length === 0) {
    return skip(`${words} says stopped, and no source counts orders`);
  }
  const toMs = flags.at(-1)?.atMs ?? fromMs;
  const went = sides.map((side) => ({ side, count: growthOf(side, fromMs).count }));
  const most = went.reduce((a, b) => (b.count > a.count ? b : a));
  const says = `${words} says stopped, ${most.side.words} +${countText(most.count)} in ${durationText(toMs - fromMs)}`;
  const proof = [evidence(counters, says)];
  if (most.count === 0) return { status: 'OK', says, evidence: proof };
  return {
    status: 'FAIL',
    says: `orders go on under a stop: ${says}`,
    evidence: proof,
    remedy: {
      does: 'stop the execution service itself, then find out why nobody reads the flag',
      command: 'cdb kill-switch engage --reason "orders go on under a stop"',
      risk: 'no order leaves until it is released; a stack that cdb did not start has to be stopped by its own means',
      gate: null,
    },
    figures: { orders: most.count },
  };
}
