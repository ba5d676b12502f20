import type { CanaryInputs } from '../domain/canary-terms.js';
import { formatE8, mulE8, parseE8, type E8 } from '../domain/e8.js';
import type { CanaryEvidence } from '../domain/events.js';
import type { RiskCase, RiskCheck } from './risk-checks.js';

/** A condition of a canary alone; the others have nothing to do with it. */
type CanaryCheck = Omit<RiskCheck, 'limitKeys' | 'canaryOnly' | 'compared' | 'words'> & {
  readonly compared: (canary: CanaryInputs, c: RiskCase) => ReturnType<RiskCheck['compared']>;
  readonly words: (canary: CanaryInputs, c: RiskCase) => string;
};

const CHECKS: readonly CanaryCheck[] = [
  {
    code: 'RK_CANARY_ORDERS',
    name: 'canarySession',
    unit: '',
    entriesOnly: true,
    compared: ({ isActive }) => ({ relation: 'none', value: isActive ? null : 'ended' }),
    words: () => 'the session has ended',
  },
  {
    code: 'RK_CANARY_SYMBOL',
    name: 'canarySymbol',
    unit: '',
    compared: ({ symbol: approved }, { symbol }) => ({
      relation: 'one of',
      value: symbol,
      limit: [approved],
    }),
    words: ({ symbol: approved }, { symbol }) => `${symbol}, approved is ${approved}`,
  },
  {
    code: 'RK_CANARY_ACTIVE',
    name: 'canaryOpenOrders',
    unit: 'orders',
    compared: ({ openOrders, openOrdersMax }) => ({
      relation: '<',
      value: openOrders,
      limit: openOrdersMax,
    }),
    words: ({ openOrders, openOrdersMax }) => `${openOrders} of ${openOrdersMax} are out`,
  },
  {
    code: 'RK_CANARY_ORDERS',
    name: 'canaryOrders',
    unit: 'orders',
    // An entry leaves room for the exit of what it buys.
    compared: ({ ordersSent, ordersMax }, { reduceOnly }) => ({
      relation: '<=',
      value: ordersSent + (reduceOnly ? 1 : 2),
      limit: ordersMax,
    }),
    words: ({ ordersSent, ordersMax }, { reduceOnly }) =>
      `${ordersSent} of ${ordersMax} have left${reduceOnly ? '' : ', the last is for an exit'}`,
  },
  {
    code: 'RK_CANARY_COOLDOWN',
    name: 'canaryCooldownLeftSec',
    unit: 'sec',
    entriesOnly: true,
    compared: ({ cooldownLeftMs }) => ({ relation: '<=', value: cooldownLeftMs / 1000, limit: 0 }),
    words: ({ cooldownLeftMs }) => `${cooldownLeftMs} ms of the pause between entries are left`,
  },
  {
    code: 'RK_CANARY_NOTIONAL',
    name: 'canaryNotional',
    unit: 'USDT',
    entriesOnly: true,
    compared: (canary, c) => ({
      relation: '<=',
      value: notionalWithOrderE8(canary, c),
      limit: canary.notionalTotalE8,
    }),
    words: (canary, c) =>
      `${formatE8(notionalWithOrderE8(canary, c))} > ${formatE8(canary.notionalTotalE8)} USDT`,
  },
];

/** Why an order may not leave within the ceilings of its canary; an exit is bound by their counts only. */
export const CANARY_CHECKS: readonly RiskCheck[] = CHECKS.map((check) => ({
  ...check,
  limitKeys: [],
  canaryOnly: true,
  compared: (c) =>
    c.canary === null ? { relation: 'none', value: null } : check.compared(c.canary, c),
  words: (c) => (c.canary === null ? '' : check.words(c.canary, c)),
}));

/** The largest entry at this worst price, rounded down. */
export function canaryQtyMaxE8({ notionalPerOrderE8 }: CanaryInputs, boundE8: E8): E8 {
  return boundE8 <= 0n ? 0n : (notionalPerOrderE8 * 100_000_000n) / boundE8;
}

export function canaryEvidence(canary: CanaryInputs): CanaryEvidence {
  const { notionalPerOrderE8, notionalSentE8, notionalTotalE8, ...rest } = canary;
  return {
    ...rest,
    notionalPerOrderUsdt: formatE8(notionalPerOrderE8),
    notionalSentUsdt: formatE8(notionalSentE8),
    notionalTotalUsdt: formatE8(notionalTotalE8),
  };
}

/** The way back from the record; null for an amount that is none. */
export function canaryInputsOf(evidence: CanaryEvidence): CanaryInputs | null {
  const { notionalPerOrderUsdt, notionalSentUsdt, notionalTotalUsdt, ...rest } = evidence;
  const notionalPerOrderE8 = parseE8(notionalPerOrderUsdt);
  const notionalSentE8 = parseE8(notionalSentUsdt);
  const notionalTotalE8 = parseE8(notionalTotalUsdt);
  if (typeof notionalPerOrderE8 !== 'bigint' || typeof notionalSentE8 !== 'bigint') return null;
  if (typeof notionalTotalE8 !== 'bigint') return null;
  return { ...rest, notionalPerOrderE8, notionalSentE8, notionalTotalE8 };
}

function notionalWithOrderE8({ notionalSentE8 }: CanaryInputs, { qtyE8, boundE8 }: RiskCase): E8 {
  return notionalSentE8 + mulE8(qtyE8, boundE8);
}
