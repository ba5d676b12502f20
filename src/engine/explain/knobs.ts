import type { GateValues } from '../domain/gate.js';
import { e8ToNumber, type E8 } from '../domain/e8.js';
import type { GateThresholds } from '../domain/thresholds.js';
import type { RiskLimits } from '../stages/risk-checks.js';
import type { RiskInputs } from '../stages/risk-inputs.js';
import { gateSeen } from '../domain/gate.js';
import { loadExposureE8 } from '../stages/exposure.js';
import { gateValues, type RecordedCase } from './recorded-case.js';

/** One thing that could have been another amount. Points are multiples of `stepE8`. */
export interface AmountKnob {
  readonly form: 'amount';
  readonly name: string;
  readonly kind: 'value' | 'limit';
  readonly unit: string;
  readonly stepE8: E8;
  readonly minE8: E8;
  readonly maxE8: E8;
  /** Null where it is missing. */
  readonly read: (recorded: RecordedCase) => number | bigint | null;
  readonly write: (recorded: RecordedCase, pointE8: E8) => RecordedCase;
}

/** One thing that could have been another word. */
export interface ChoiceKnob {
  readonly form: 'choice';
  readonly name: string;
  readonly kind: 'value';
  readonly read: (recorded: RecordedCase) => string | null;
  /** What it could have been. */
  readonly choices: readonly {
    readonly to: string;
    readonly make: (recorded: RecordedCase) => RecordedCase;
  }[];
}

export type Knob = AmountKnob | ChoiceKnob;

const FINEST_E8 = 1n;
const WHOLE_E8 = 100_000_000n;
const MS_IN_SEC_E8 = 100_000n;
/** No limit and no value of a decision is near it. */
const FAR_E8 = 10n ** 18n;

/** What the conditions of this name depend on: the value, then what it is judged by. */
export function knobsOf(check: string, limitKeys: readonly string[]): readonly Knob[] {
  const values = VALUES.get(check) ?? [];
  return [...values, ...limitKeys.map(limitKnob)];
}

type GateNumber =
  'return1mPp' | 'return5mPp' | 'priceChange5mPp' | 'pctChange15mPp' | 'volume15m' | 'slippagePp';

function gateNumber(name: GateNumber): AmountKnob {
  return {
    ...amount(name, name === 'volume15m' ? 'base' : 'pp'),
    minE8: name === 'volume15m' || name === 'slippagePp' ? 0n : -FAR_E8,
    read: ({ values }) => values[name],
    write: (recorded, pointE8) => withValues(recorded, { [name]: e8ToNumber(pointE8) }),
  };
}

const STALENESS: AmountKnob = {
  ...amount('stalenessSec', 'sec'),
  stepE8: MS_IN_SEC_E8,
  minE8: 0n,
  read: ({ values }) => gateSeen(values).stalenessSec,
  write: (recorded, pointE8) => withValues(recorded, aged(recorded.values, pointE8)),
};

/** The signal is that old, and nothing else is newer. */
function aged(values: GateValues, ageE8: E8): Partial<GateValues> {
  const atMs = (values.nowMs ?? 0) - Number(ageE8 / MS_IN_SEC_E8);
  const older = (tsMs: number | null) => (tsMs === null ? null : Math.min(tsMs, atMs));
  return {
    nowMs: values.nowMs ?? 0,
    signalTsMs: atMs,
    marketStateTsMs: older(values.marketStateTsMs),
    accountStateTsMs: older(values.accountStateTsMs),
    marketHealthTsMs: older(values.marketHealthTsMs),
  };
}

const SILENCE: AmountKnob = {
  ...amount('dataSilenceSec', 'sec'),
  stepE8: MS_IN_SEC_E8,
  minE8: 0n,
  read: ({ values }) => gateSeen(values).dataSilenceSec,
  write: (recorded, pointE8) => {
    const nowMs = recorded.values.nowMs ?? 0;
    return withValues(recorded, { nowMs, lastTickTsMs: nowMs - Number(pointE8 / MS_IN_SEC_E8) });
  },
};

const DAILY_DRAWDOWN: AmountKnob = {
  ...amount('dailyDrawdownPp', 'pp'),
  minE8: 0n,
  read: (recorded) => gateValues(recorded).dailyDrawdownPp,
  write: (recorded, pointE8) => {
    const dailyDrawdownPp = e8ToNumber(pointE8);
    return withInputs(withValues(recorded, { dailyDrawdownPp }), { dailyDrawdownPp });
  },
};

/** Without the layers only the share that the gate saw is known. */
const EXPOSURE_PP: AmountKnob = {
  ...amount('totalExposurePp', 'pp'),
  minE8: 0n,
  read: ({ values, risk }) => (risk === null ? values.totalExposurePp : null),
  write: (recorded, pointE8) => withValues(recorded, { totalExposurePp: e8ToNumber(pointE8) }),
};

/** What is held and on order in other symbols. */
const ELSEWHERE: AmountKnob = {
  ...amount('exposureElsewhere', 'USDT'),
  minE8: 0n,
  read: ({ risk }) =>
    risk === null ? null : risk.inputs.totalExposureE8 - loadExposureE8(risk.inputs.load, null),
  write: (recorded, elsewhereE8) =>
    recorded.risk === null
      ? recorded
      : withInputs(recorded, {
          totalExposureE8: elsewhereE8 + loadExposureE8(recorded.risk.inputs.load, null),
        }),
};

/** Of the symbol, open BUYs included; the total exposure moves with it. */
const HOLDING: AmountKnob = {
  ...amount('holding', 'base'),
  minE8: 0n,
  read: ({ risk }) => risk?.inputs.load.longE8 ?? null,
  write: (recorded, longE8) => {
    if (recorded.risk === null) return recorded;
    const { load, totalExposureE8 } = recorded.risk.inputs;
    const shortE8 = load.shortE8 < longE8 ? load.shortE8 : longE8;
    const changed = { ...load, longE8, shortE8 };
    const movedE8 = loadExposureE8(changed, null) - loadExposureE8(load, null);
    return withInputs(recorded, {
      load: changed,
      totalExposureE8: totalExposureE8 + movedE8,
    });
  },
};

const ALLOCATION: AmountKnob = {
  ...amount('allocationFraction', 'fraction'),
  minE8: 0n,
  maxE8: WHOLE_E8,
  read: ({ risk }) => risk?.inputs.allocationFraction ?? null,
  write: (recorded, pointE8) => withInputs(recorded, { allocationFraction: e8ToNumber(pointE8) }),
};

const COOLDOWN: AmountKnob = {
  ...amount('cooldownLeftSec', 'sec'),
  stepE8: MS_IN_SEC_E8,
  minE8: 0n,
  read: ({ risk }) => {
    if (risk === null) return null;
    const { cooldownUntilSec, nowMs } = risk.inputs;
    return cooldownUntilSec === null ? 0 : Math.max(0, cooldownUntilSec - nowMs / 1000);
  },
  write: (recorded, pointE8) =>
    recorded.risk === null
      ? recorded
      : withInputs(recorded, {
          cooldownUntilSec: recorded.risk.inputs.nowMs / 1000 + e8ToNumber(pointE8),
        }),
};

const PRICE: AmountKnob = {
  ...amount('price', 'price'),
  minE8: 0n,
  read: ({ risk }) => risk?.inputs.priceE8 ?? null,
  write: (recorded, priceE8) => withInputs(recorded, { priceE8 }),
};

function inputNumber(
  name: 'drawdownFraction' | 'outcomesFailed' | 'ordersLastMin',
  stepE8 = FINEST_E8,
): AmountKnob {
  return {
    ...amount(name, name === 'drawdownFraction' ? 'fraction' : 'orders'),
    stepE8,
    minE8: 0n,
    read: ({ risk }) => risk?.inputs[name] ?? null,
    write: (recorded, pointE8) => withInputs(recorded, { [name]: e8ToNumber(pointE8) }),
  };
}

const EQUITY: AmountKnob = {
  ...amount('equity', 'USDT'),
  read: ({ risk }) => risk?.inputs.equityE8 ?? null,
  write: (recorded, equityE8) => withInputs(recorded, { equityE8 }),
};

const REGIMES = ['TREND', 'RANGE', 'HIGH_VOL_CHAOTIC', 'crisis'];

/** The number of the gate and the name of the layers mean one regime. */
const REGIME: ChoiceKnob = choice(
  'regime',
  ({ values }) => REGIMES[values.regimeId ?? -1] ?? null,
  [
    { to: 'TREND', make: (recorded) => regimeIs(recorded, 0, 'TREND') },
    { to: 'RANGE', make: (recorded) => regimeIs(recorded, 1, 'RANGE') },
  ],
);

function regimeIs(recorded: RecordedCase, regimeId: number, regime: string): RecordedCase {
  return withInputs(withValues(recorded, { regimeId }), { regime });
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

/** @param key of the threshold set: `gate.stalenessSecMax` */
function limitKnob(key: string): AmountKnob {
  const [section = '', name = ''] = key.split('.');
  const counts = /(?:OrdersMin|PerMinMax)$/.test(name);
  return {
    ...amount(key, ''),
    kind: 'limit',
    stepE8: counts ? WHOLE_E8 : FINEST_E8,
    minE8: section === 'gate' && name.includes('Pp') ? -FAR_E8 : 0n,
    maxE8: name.endsWith('Fraction') ? WHOLE_E8 : FAR_E8,
    read: (recorded) => limitsOf(recorded, section)[name] ?? null,
    write: (recorded, pointE8) => withLimit(recorded, section, { [name]: e8ToNumber(pointE8) }),
  };
}

function limitsOf(
  { gateLimits, risk }: RecordedCase,
  section: string,
): Readonly<Record<string, number>> {
  if (section === 'gate') return { ...gateLimits };
  const numbers = Object.entries(
    section === 'risk' ? (risk?.limits.risk ?? {}) : (risk?.limits.breaker ?? {}),
  ).filter((one): one is [string, number] => typeof one[1] === 'number');
  return Object.fromEntries(numbers);
}

function withLimit(
  recorded: RecordedCase,
  section: string,
  change: Readonly<Record<string, number>>,
): RecordedCase {
  if (section === 'gate') {
    const gateLimits: GateThresholds = { ...recorded.gateLimits, ...change };
    return { ...recorded, gateLimits };
  }
  if (recorded.risk === null) return recorded;
  const { limits } = recorded.risk;
  const changed: RiskLimits =
    section === 'risk'
      ? { ...limits, risk: { ...limits.risk, ...change } }
      : { ...limits, breaker: { ...limits.breaker, ...change } };
  return { ...recorded, risk: { ...recorded.risk, limits: changed } };
}

function withValues(recorded: RecordedCase, change: Partial<GateValues>): RecordedCase {
  return { ...recorded, values: { ...recorded.values, ...change } };
}

function withInputs(recorded: RecordedCase, change: Partial<RiskInputs>): RecordedCase {
  const { risk } = recorded;
  if (risk === null) return recorded;
  return { ...recorded, risk: { ...risk, inputs: { ...risk.inputs, ...change } } };
}

function amount(name: string, unit: string): Omit<AmountKnob, 'read' | 'write'> {
  const bounds = { stepE8: FINEST_E8, minE8: -FAR_E8, maxE8: FAR_E8 };
  return { form: 'amount', name, kind: 'value', unit, ...bounds };
}

function choice(
  name: string,
  read: ChoiceKnob['read'],
  choices: ChoiceKnob['choices'],
): ChoiceKnob {
  return { form: 'choice', name, kind: 'value', read, choices };
}
