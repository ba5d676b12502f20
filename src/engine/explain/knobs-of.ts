import {
  DAILY_DRAWDOWN,
  EXPOSURE_PP,
  ELSEWHERE,
  HOLDING,
  ALLOCATION,
  COOLDOWN,
  PRICE,
  EQUITY,
  inputNumber,
} from './account-knobs.js';
import { CANARY_KNOBS } from './canary-knobs.js';
import { withInputs, withValues } from './case-change.js';
import { choice, WHOLE_E8, type Knob } from './knob.js';
import { limitKnob } from './limit-knob.js';
import { gateNumber, REGIME, SILENCE, STALENESS } from './market-knobs.js';

/** What the conditions of this name depend on: the value, then what it is judged by. */
export function knobsOf(check: string, limitKeys: readonly string[]): readonly Knob[] {
  const values = VALUES.get(check) ?? [];
  return [...values, ...limitKeys.map(limitKnob)];
}

const VALUES: ReadonlyMap<string, readonly Knob[]> = new Map<string, readonly Knob[]>([
  ['return1mPp', [gateNumber('return1mPp')]],
  ['return5mPp', [gateNumber('return5mPp')]],
  ['priceChange5mPp', [gateNumber('priceChange5mPp')]],
  ['pctChange15mPp', [gateNumber('pctChange15mPp')]],
  ['volume15m', [gateNumber('volume15m')]],
  ['slippagePp', [gateNumber('slippagePp')]],
  ['stalenessSec', [STALENESS]],
  ['dataSilenceSec', [SILENCE]],
  ['regimeId', [REGIME]],
  ['dailyDrawdownPp', [DAILY_DRAWDOWN]],
  ['dailyLossFraction', [DAILY_DRAWDOWN]],
  ['totalExposurePp', [ELSEWHERE, HOLDING, EXPOSURE_PP]],
  ['exposure', [ELSEWHERE, HOLDING]],
  ['exposureWithOrder', [ELSEWHERE, HOLDING, ALLOCATION]],
  ['position', [HOLDING]],
  ['positionWithOrder', [HOLDING, ALLOCATION]],
  ['allocationFraction', [ALLOCATION]],
  ['riskOffAllocationFraction', [ALLOCATION, REGIME]],
  ['quantity', [ALLOCATION]],
  ['bitcoinQuantity', [ALLOCATION, PRICE]],
  ['price', [PRICE]],
  ['cooldownLeftSec', [COOLDOWN]],
  ['drawdownFraction', [inputNumber('drawdownFraction')]],
  ['lossFraction', [EQUITY]],
  ['errorFraction', [inputNumber('outcomesFailed', WHOLE_E8)]],
  ['ordersLastMin', [inputNumber('ordersLastMin', WHOLE_E8)]],
  ...CANARY_KNOBS,
  [
    'level',
    [
      choice('level', ({ risk }) => risk?.inputs.level ?? null, [
        { to: 'TRADING', make: (recorded) => withInputs(recorded, { level: 'TRADING' }) },
      ]),
    ],
  ],
  [
    'auditStalled',
    [
      choice('audit', ({ risk }) => risk?.inputs.auditStalled ?? null, [
        { to: 'commits', make: (recorded) => withInputs(recorded, { auditStalled: null }) },
      ]),
    ],
  ],
  [
    'strategyId',
    [
      choice('strategyId', ({ risk }) => risk?.inputs.strategyId ?? null, [
        { to: 'any name', make: (recorded) => withInputs(recorded, { strategyId: 'any name' }) },
      ]),
    ],
  ],
  [
    'symbol',
    [
      choice('symbol', ({ values }) => values.symbol, [
        { to: 'any name', make: (recorded) => withValues(recorded, { symbol: 'any name' }) },
      ]),
    ],
  ],
  [
    'shutdown',
    [
      choice('shutdown', ({ risk }) => (risk?.inputs.stopped === true ? 'active' : null), [
        { to: 'lifted', make: (recorded) => withInputs(recorded, { stopped: false }) },
      ]),
    ],
  ],
  ...['dailyLossLatch', 'trippedBreaker'].map((check): [string, readonly Knob[]] => [
    check,
    [
      choice('breaker', ({ risk }) => risk?.inputs.breaker ?? null, [
        { to: 'reset by a release', make: (recorded) => withInputs(recorded, { breaker: null }) },
      ]),
    ],
  ]),
]);
