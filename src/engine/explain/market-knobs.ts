import { e8ToNumber, type E8 } from '../domain/e8.js';
import { gateSeen, type GateValues } from '../domain/gate.js';
import { withInputs, withValues } from './case-change.js';
import { amount, choice, FAR_E8, MS_IN_SEC_E8, type AmountKnob, type ChoiceKnob } from './knob.js';
import type { RecordedCase } from './recorded-case.js';

type GateNumber =
  'return1mPp' | 'return5mPp' | 'priceChange5mPp' | 'pctChange15mPp' | 'volume15m' | 'slippagePp';

export function gateNumber(name: GateNumber): AmountKnob {
  return {
    ...amount(name, name === 'volume15m' ? 'base' : 'pp'),
    minE8: name === 'volume15m' || name === 'slippagePp' ? 0n : -FAR_E8,
    read: ({ values }) => values[name],
    write: (recorded, pointE8) => withValues(recorded, { [name]: e8ToNumber(pointE8) }),
  };
}

export const STALENESS: AmountKnob = {
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

export const SILENCE: AmountKnob = {
  ...amount('dataSilenceSec', 'sec'),
  stepE8: MS_IN_SEC_E8,
  minE8: 0n,
  read: ({ values }) => gateSeen(values).dataSilenceSec,
  write: (recorded, pointE8) => {
    const nowMs = recorded.values.nowMs ?? 0;
    return withValues(recorded, { nowMs, lastTickTsMs: nowMs - Number(pointE8 / MS_IN_SEC_E8) });
  },
};

const REGIMES = ['TREND', 'RANGE', 'HIGH_VOL_CHAOTIC', 'crisis'];

/** The number of the gate and the name of the layers mean one regime. */
export const REGIME: ChoiceKnob = choice(
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
