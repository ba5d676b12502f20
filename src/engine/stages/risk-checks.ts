import { holds, type Comparison } from '../domain/comparison.js';
import { formatE8, mulE8, e8FromNumber, type E8 } from '../domain/e8.js';
import { LEVELS, type Level } from '../domain/control.js';
import type { OrderOrigin } from '../domain/events.js';
import type { LayerCode } from '../domain/reason-codes.js';
import type { Thresholds } from '../domain/thresholds.js';
import { BREAKER_CHECKS, type BreakerSeen } from './breakers.js';
import { CANARY_CHECKS } from './canary-checks.js';
import { loadExposureE8 } from './exposure.js';
import { bundleRefusal } from './order-bundle.js';
import type { RiskInputs } from './risk-inputs.js';

export interface Alarm {
  readonly level: 'WARNING' | 'CRITICAL';
  readonly code: string;
}

export type RiskLimits = Pick<Thresholds, 'risk' | 'breaker'>;

/** One signal as the layers see it: sized, and with what follows from the inputs. */
export interface RiskCase extends RiskInputs {
  readonly limits: RiskLimits;
  readonly reduceOnly: boolean;
  readonly qtyE8: E8;
  readonly boundE8: E8;
  readonly balanceE8: E8;
  readonly breakers: BreakerSeen;
}

/** One condition of a layer. Several share a code. */
export interface RiskCheck {
  readonly code: LayerCode;
  /** What it looks at. */
  readonly name: string;
  readonly unit: 'USDT' | 'base' | 'price' | 'fraction' | 'sec' | 'orders' | '';
  /** Keys of the threshold set that its limit is made of; the first one is the limit itself. */
  readonly limitKeys: readonly string[];
  /** An order that only reduces passes, because an exit that is refused keeps the risk. */
  readonly entriesOnly?: true;
  /** Has nothing to look at for an order that no canary sends. */
  readonly canaryOnly?: true;
  readonly compared: (c: RiskCase) => Comparison;
  readonly words: (c: RiskCase) => string;
  readonly alarm?: Alarm;
}

/** Without a real balance, more than one bitcoin at once is USDT mistaken for BTC (10.11). */
const BTC_QTY_MAX_E8 = 100_000_000n;
const BREAKER_ALARM: Alarm = { level: 'CRITICAL', code: 'CIRCUIT_BREAKER' };
const LIMIT_ALARM: Alarm = { level: 'WARNING', code: 'RISK_LIMIT' };
const PROJECTED_ALARM: Alarm = { level: 'WARNING', code: 'EXPOSURE_LIMIT_PROJECTED' };

/** A stop that asks for it closes positions under its own halt. */
function levelsThatPass(reduceOnly: boolean, origin: OrderOrigin): readonly Level[] {
  if (!reduceOnly) return ['TRADING'];
  return origin === 'flatten' ? LEVELS : ['TRADING', 'REDUCING'];
}

/** Domain.md 3.2 in front of the gate, in order. */
export const CHECKS_BEFORE_GATE: readonly RiskCheck[] = [
  {
    code: 'RK_KILL_SWITCH',
    name: 'level',
    unit: '',
    limitKeys: [],
    compared: ({ level, reduceOnly, origin }) => ({
      relation: 'one of',
      value: level,
      limit: levelsThatPass(reduceOnly, origin),
    }),
    words: ({ level }) => `level ${level}`,
    alarm: { level: 'CRITICAL', code: 'KILL_SWITCH_ACTIVE' },
  },
  {
    code: 'RK_AUDIT',
    name: 'auditStalled',
    unit: '',
    limitKeys: [],
    compared: ({ auditStalled }) => ({ relation: 'none', value: auditStalled }),
    words: ({ auditStalled }) => auditStalled ?? '',
    alarm: { level: 'CRITICAL', code: 'AUDIT_STALLED' },
  },
];

/** The same behind the gate. */
export const CHECKS_AFTER_GATE: readonly RiskCheck[] = [
  {
    code: 'RK_NO_STRATEGY',
    name: 'strategyId',
    unit: '',
    limitKeys: [],
    compared: ({ strategyId }) => ({ relation: 'named', value: strategyId }),
    words: () => 'signal without strategy_id',
    alarm: { level: 'CRITICAL', code: 'MISSING_STRATEGY_ID' },
  },
  {
    code: 'RK_SHUTDOWN',
    name: 'shutdown',
    unit: '',
    limitKeys: [],
    entriesOnly: true,
    compared: ({ stopped }) => ({ relation: 'none', value: stopped ? 'active' : null }),
    words: () => 'bot shutdown active',
  },
  {
    code: 'RK_ALLOCATION',
    name: 'cooldownLeftSec',
    unit: 'sec',
    limitKeys: [],
    entriesOnly: true,
    compared: ({ cooldownUntilSec, nowMs }) => ({
      relation: '<=',
      value: cooldownUntilSec === null ? 0 : Math.max(0, cooldownUntilSec - nowMs / 1000),
      limit: 0,
    }),
    words: () => 'cooldown runs',
  },
  {
    code: 'RK_ALLOCATION',
    name: 'allocationFraction',
    unit: 'fraction',
    limitKeys: [],
    entriesOnly: true,
    compared: ({ allocationFraction }) => ({ relation: '>', value: allocationFraction, limit: 0 }),
    words: () => 'allocation is 0',
  },
  {
    code: 'RK_RISK_OFF',
    name: 'riskOffAllocationFraction',
    unit: 'fraction',
    limitKeys: ['risk.earlyLiveMaxAllocFraction'],
    entriesOnly: true,
    compared: ({ regime, allocationFraction, limits }) => ({
      relation: '<=',
      value: regime === 'HIGH_VOL_CHAOTIC' ? allocationFraction : 0,
      limit: limits.risk.earlyLiveMaxAllocFraction,
    }),
    words: ({ regime }) => `regime ${regime}: reduce only`,
  },
  ...breakerChecks(),
  {
    code: 'RK_EXPOSURE',
    name: 'exposure',
    unit: 'USDT',
    limitKeys: ['risk.maxTotalExposureFraction', 'risk.balanceUsdt'],
    entriesOnly: true,
    compared: (c) => ({ relation: '<', value: c.totalExposureE8, limit: exposureLimitE8(c) }),
    words: (c) => compare(c.totalExposureE8, '>=', exposureLimitE8(c)),
    alarm: LIMIT_ALARM,
  },
  {
    code: 'RK_POSITION',
    name: 'position',
    unit: 'USDT',
    limitKeys: ['risk.maxPositionFraction', 'risk.balanceUsdt'],
    entriesOnly: true,
    compared: (c) => ({ relation: '<', value: positionE8(c), limit: positionLimitE8(c) }),
    words: (c) => compare(positionE8(c), '>=', positionLimitE8(c)),
    alarm: LIMIT_ALARM,
  },
  {
    code: 'RK_SIZE',
    name: 'price',
    unit: 'price',
    limitKeys: [],
    compared: ({ priceE8 }) => ({ relation: '>', value: priceE8, limit: 0n }),
    words: () => 'no price',
  },
  {
    code: 'RK_SIZE',
    name: 'quantity',
    unit: 'base',
    limitKeys: ['risk.maxPositionFraction', 'risk.balanceUsdt'],
    compared: ({ qtyE8 }) => ({ relation: '>', value: qtyE8, limit: 0n }),
    words: ({ side }) => (side === 'SELL' ? 'nothing held' : 'quantity is 0'),
  },
  {
    code: 'RK_SIZE',
    name: 'bitcoinQuantity',
    unit: 'base',
    limitKeys: [],
    entriesOnly: true,
    compared: ({ symbol, qtyE8 }) => ({
      relation: '<=',
      value: symbol.startsWith('BTC') ? qtyE8 : 0n,
      limit: BTC_QTY_MAX_E8,
    }),
    words: ({ qtyE8 }) => `quantity ${formatE8(qtyE8)} BTC is a sizing fault`,
  },
  ...CANARY_CHECKS,
  {
    code: 'RK_EXPOSURE_HARD',
    name: 'exposureWithOrder',
    unit: 'USDT',
    limitKeys: ['risk.maxTotalExposureFraction', 'risk.balanceUsdt'],
    entriesOnly: true,
    compared: (c) => ({ relation: '<=', value: totalWithOrderE8(c), limit: exposureLimitE8(c) }),
    words: (c) => compare(totalWithOrderE8(c), '>', exposureLimitE8(c)),
    alarm: PROJECTED_ALARM,
  },
  {
    code: 'RK_EXPOSURE_HARD',
    name: 'positionWithOrder',
    unit: 'USDT',
    limitKeys: ['risk.maxPositionFraction', 'risk.balanceUsdt'],
    entriesOnly: true,
    compared: (c) => ({ relation: '<=', value: positionWithOrderE8(c), limit: positionLimitE8(c) }),
    words: (c) => `${c.symbol} ${compare(positionWithOrderE8(c), '>', positionLimitE8(c))}`,
    alarm: PROJECTED_ALARM,
  },
  {
    code: 'RK_BUNDLE',
    name: 'bundleReasons',
    unit: '',
    limitKeys: [
      'risk.maxPositionFraction',
      'risk.maxTotalExposureFraction',
      'risk.maxDailyDrawdownFraction',
      'risk.balanceUsdt',
    ],
    compared: (c) => ({ relation: 'none', value: bundleReasons(c) }),
    words: (c) => bundleReasons(c) ?? '',
  },
];

export function passesRisk(check: RiskCheck, c: RiskCase): boolean {
  if (!appliesTo(check, c)) return true;
  return (check.entriesOnly === true && c.reduceOnly) || holds(check.compared(c));
}

/** False where there is nothing that it could look at. */
export function appliesTo({ canaryOnly }: RiskCheck, { canary }: RiskInputs): boolean {
  return canaryOnly !== true || canary !== null;
}

function breakerChecks(): readonly RiskCheck[] {
  const common = { unit: '', limitKeys: [], entriesOnly: true, alarm: BREAKER_ALARM } as const;
  const dailyWords = ({ dailyPnlE8 }: RiskCase) => `daily PnL ${formatE8(dailyPnlE8)} USDT`;
  return [
    {
      ...common,
      code: 'RK_DRAWDOWN',
      name: 'dailyLossLatch',
      compared: ({ breaker }) => ({
        relation: 'none',
        value: breaker === 'daily_drawdown' ? breaker : null,
      }),
      words: dailyWords,
    },
    {
      ...common,
      code: 'RK_BREAKER',
      name: 'trippedBreaker',
      compared: ({ breaker }) => ({
        relation: 'none',
        value: breaker === 'daily_drawdown' ? null : breaker,
      }),
      words: ({ breaker }) => `breaker ${breaker ?? ''}`,
    },
    ...BREAKER_CHECKS.map(({ name, figure, limitKey, compared }): RiskCheck => ({
      ...common,
      code: name === 'daily_drawdown' ? 'RK_DRAWDOWN' : 'RK_BREAKER',
      name: figure,
      unit: name === 'frequency' ? 'orders' : 'fraction',
      limitKeys: [limitKey],
      compared: ({ breakers, limits }) => compared(breakers, limits),
      words: name === 'daily_drawdown' ? dailyWords : () => `breaker ${name}`,
    })),
  ];
}

function exposureLimitE8({ balanceE8, limits }: RiskCase): E8 {
  return mulE8(balanceE8, e8FromNumber(limits.risk.maxTotalExposureFraction));
}

function positionLimitE8({ balanceE8, limits }: RiskCase): E8 {
  return mulE8(balanceE8, e8FromNumber(limits.risk.maxPositionFraction));
}

function positionE8({ load }: RiskCase): E8 {
  return loadExposureE8(load, null);
}

function positionWithOrderE8(c: RiskCase): E8 {
  return loadExposureE8(c.load, c);
}

function totalWithOrderE8(c: RiskCase): E8 {
  return c.totalExposureE8 - positionE8(c) + positionWithOrderE8(c);
}

function bundleReasons(c: RiskCase): string | null {
  const reasons = bundleRefusal(c);
  return reasons.length === 0 ? null : reasons.join(' ');
}

function compare(usedE8: E8, sign: string, limitE8: E8): string {
  return `${formatE8(usedE8).slice(0, -6)} ${sign} ${formatE8(limitE8).slice(0, -6)} USDT`;
}
