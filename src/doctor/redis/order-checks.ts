import { STREAMS } from '../../engine/domain/wire/streams.js';
import { durationText } from '../../view/age.js';
import { STACK_LIMITS } from '../../view/stack-limits.js';
import { evidence, notExamined, type Check } from '../check.js';
import type { SampleEntry, SampleLimits } from './facts.js';
import { isReduceOnly, notionalOf, orderName, overdue, unanswered } from './order-samples.js';
import { entriesOf, figureOf, recentOf, shown, streamCheck, symbolOf } from './sample.js';

const orders = streamCheck({
  id: 'streams.orders',
  level: 'P0',
  title: 'orders are as large as they may be, and say their price',
  matters: 'an amount in USDT taken for a quantity buys ten thousand times too much',
  components: ['risk', 'execution'],
  examine: ({ samples }) => {
    const { limits } = samples.value;
    const recent = recentOf(samples.value, 'orders');
    if (recent.length === 0) return notExamined('no order within the window');
    const limit = limits.balanceUsdt * limits.positionFraction;
    const bad = recent.flatMap((order) => {
      const fault = orderFault(order, limits);
      return fault === null ? [] : [`order ${shown(orderName(order))}: ${fault}`];
    });
    const rule = `at most ${amount(limit)} USDT (${limits.balanceUsdt} × ${limits.positionFraction})`;
    const [first] = bad;
    if (first === undefined) {
      const largest = Math.max(0, ...recent.map((order) => notionalOf(order) ?? 0));
      const says = `${recent.length} orders, the largest of ${amount(largest)} USDT; ${rule}`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    return {
      status: 'FAIL',
      says: `${bad.length} of ${recent.length} orders are wrong; the last: ${bad.at(-1) ?? first}; ${rule}`,
      evidence: bad.slice(-10).map((fault) => evidence(samples, fault)),
      figures: { orders: recent.length, wrong: bad.length, limit_usdt: limit },
      remedy: {
        does: 'stop trading, then see by which price risk divides when it sizes an order',
        command: 'cdb kill-switch engage --reason "orders are too large"',
        risk: 'nothing is ordered until it is released',
        gate: null,
      },
    };
  },
});

function orderFault(order: SampleEntry, limits: SampleLimits): string | null {
  const quantity = figureOf(order, 'quantity');
  const price = figureOf(order, 'price');
  const what = `quantity ${shown(order.fields['quantity'] ?? 'missing')} ${shown(symbolOf(order))}`;
  if (quantity === null || quantity <= 0) return what;
  if (price === null || price <= 0) {
    return `${what} with ${order.fields['price'] === undefined ? 'no price' : `price ${shown(order.fields['price'])}`}`;
  }
  const limit = limits.balanceUsdt * limits.positionFraction;
  if (isReduceOnly(order) || quantity * price <= limit * (1 + limits.roomFraction)) return null;
  return `${what} at ${price} is ${amount(quantity * price)} USDT`;
}

const results = streamCheck({
  id: 'streams.results',
  level: 'P1',
  title: 'every order has a result',
  matters: 'an order without one stays reserved for ever, and nobody knows whether it was filled',
  components: ['execution', 'risk'],
  looks: ['engine'],
  examine: ({ samples }, { readings: { engine } }) => {
    const { value } = samples;
    if (entriesOf(value, 'orders').length === 0) return notExamined('no order was ever published');
    const isStopped =
      value.isRunning === false || (engine.state === 'read' && engine.value === null);
    if (value.writer === 'cdb' && isStopped) {
      return notExamined('no engine runs here: it will ask for them when it starts');
    }
    const open = unanswered(value);
    if (open === null) return notExamined('the results do not name their orders');
    const late = overdue(value, open.orders);
    const [oldest] = late;
    const limit = durationText(STACK_LIMITS.resultMs);
    if (oldest === undefined) {
      const says = `${open.of} orders, ${open.orders.length} younger than ${limit} without a result`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    const says =
      `${late.length} of ${open.of} orders have no result in ${STREAMS.fills.name}, the oldest ` +
      `for ${durationText(oldest.ageMs)} (limit ${limit})`;
    return {
      status: 'FAIL',
      says,
      evidence: late.slice(0, 10).map(({ order, ageMs }) => {
        return evidence(samples, `order ${shown(orderName(order))}: ${durationText(ageMs)}`);
      }),
      figures: { orders: open.of, without_result: late.length, oldest_ms: oldest.ageMs },
      remedy: {
        does: 'see at the venue what became of them, then restart execution and risk, in this order',
        command: 'cdb doctor --group services',
        risk: 'an order that was filled and is not known of is exposure that no limit sees',
        gate: null,
      },
    };
  },
});

export function amount(usdt: number): string {
  return usdt.toFixed(2);
}

export const ORDER_CHECKS: readonly Check[] = [orders, results];
