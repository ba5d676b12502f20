import { e8ToNumber } from '../domain/e8.js';
import { loadExposureE8 } from '../stages/exposure.js';
import { withInputs, withValues } from './case-change.js';
import { amount, FINEST_E8, MS_IN_SEC_E8, WHOLE_E8, type AmountKnob } from './knob.js';
import { gateValues } from './recorded-case.js';

export const DAILY_DRAWDOWN: AmountKnob = {
  ...amount('dailyDrawdownPp', 'pp'),
  minE8: 0n,
  read: (recorded) => gateValues(recorded).dailyDrawdownPp,
  write: (recorded, pointE8) => {
    const dailyDrawdownPp = e8ToNumber(pointE8);
    return withInputs(withValues(recorded, { dailyDrawdownPp }), { dailyDrawdownPp });
  },
};

/** Without the layers only the share that the gate saw is known. */
export const EXPOSURE_PP: AmountKnob = {
  ...amount('totalExposurePp', 'pp'),
  minE8: 0n,
  read: ({ values, risk }) => (risk === null ? values.totalExposurePp : null),
  write: (recorded, pointE8) => withValues(recorded, { totalExposurePp: e8ToNumber(pointE8) }),
};

/** What is held and on order in other symbols. */
export const ELSEWHERE: AmountKnob = {
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
export const HOLDING: AmountKnob = {
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

export const ALLOCATION: AmountKnob = {
  ...amount('allocationFraction', 'fraction'),
  minE8: 0n,
  maxE8: WHOLE_E8,
  read: ({ risk }) => risk?.inputs.allocationFraction ?? null,
  write: (recorded, pointE8) => withInputs(recorded, { allocationFraction: e8ToNumber(pointE8) }),
};

export const COOLDOWN: AmountKnob = {
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

export const PRICE: AmountKnob = {
  ...amount('price', 'price'),
  minE8: 0n,
  read: ({ risk }) => risk?.inputs.priceE8 ?? null,
  write: (recorded, priceE8) => withInputs(recorded, { priceE8 }),
};

export function inputNumber(
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

export const EQUITY: AmountKnob = {
  ...amount('equity', 'USDT'),
  read: ({ risk }) => risk?.inputs.equityE8 ?? null,
  write: (recorded, equityE8) => withInputs(recorded, { equityE8 }),
};
