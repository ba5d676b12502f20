import { e8ToNumber } from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { RegimeName } from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { ClosedCandle } from './candles.js';
import { averageDirectionalIndex } from './indicators/adx.js';
import { averageTrueRange } from './indicators/atr.js';
import type { Bars } from './indicators/bars.js';

/** Owned by the fold and changed in place; plain data. */
export interface RegimeState {
  readonly symbols: Map<string, SymbolRegime>;
}

interface SymbolRegime {
  readonly bars: Bars;
  current: RegimeName;
  /** What the last candles said instead, and how many in a row. */
  candidate: RegimeName | null;
  candidateBars: number;
  /** Candle of the newest entry, heartbeats included; null before the first. */
  lastEntrySec: number | null;
  atr: number | null;
  adx: number | null;
}

/** The entry that a candle led to: a confirmed change, or the unchanged regime as a heartbeat. */
export interface RegimeEntry {
  readonly symbol: string;
  readonly regime: RegimeName;
  readonly candleSec: number;
  readonly heartbeat: boolean;
}

/** The indicators look back this many periods; the ring holds as many bars. */
const RING_PERIODS = 5;

export function initialRegime(): RegimeState {
  return { symbols: new Map() };
}

/** Current regime and indicators of a symbol, for the view; null before its first candle. */
export function regimeOf(
  state: RegimeState,
  symbol: string,
): Readonly<Pick<SymbolRegime, 'current' | 'atr' | 'adx'>> | null {
  return state.symbols.get(symbol) ?? null;
}

/**
 * Measures one closed candle and decides on the regime. A new regime counts only after
 * `confirmationBars` candles in a row that agree. An unchanged one is repeated every `heartbeatSec`
 * of candle time: without that a stable regime would look stale and block every order.
 * @returns the entry, already emitted, or null when this candle leads to none
 */
export function observeRegime(
  state: RegimeState,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
  out: StepOutputs,
): RegimeEntry | null {
  const own = state.symbols.get(candle.symbol) ?? addSymbol(state, candle.symbol);
  addBar(own.bars, candle, RING_PERIODS * Math.max(limits.adxPeriod, limits.atrPeriod));
  own.atr = averageTrueRange(own.bars, limits.atrPeriod);
  own.adx = averageDirectionalIndex(own.bars, limits.adxPeriod);
  const change = decide(own, candle, limits);
  emitMeasured(own, candle, out);
  return change === null ? null : emitEntry(own, candle, change === 'heartbeat', out);
}

function addSymbol(state: RegimeState, symbol: string): SymbolRegime {
  const own: SymbolRegime = {
    bars: { highs: [], lows: [], closes: [] },
    current: 'UNKNOWN',
    candidate: null,
    candidateBars: 0,
    lastEntrySec: null,
    atr: null,
    adx: null,
  };
  state.symbols.set(symbol, own);
  return own;
}

function addBar({ highs, lows, closes }: Bars, candle: ClosedCandle, barsMax: number): void {
  highs.push(e8ToNumber(candle.high));
  lows.push(e8ToNumber(candle.low));
  closes.push(e8ToNumber(candle.close));
  for (const values of [highs, lows, closes]) {
    if (values.length > barsMax) values.splice(0, values.length - barsMax);
  }
}

function decide(
  own: SymbolRegime,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
): 'change' | 'heartbeat' | null {
  const raw = rawRegime(own, candle, limits);
  if (raw === null) return null;
  if (raw === own.current) {
    own.candidate = null;
    own.candidateBars = 0;
    return heartbeatDue(own, candle, limits) ? 'heartbeat' : null;
  }
  own.candidateBars = own.candidate === raw ? own.candidateBars + 1 : 1;
  own.candidate = raw;
  if (own.candidateBars < limits.confirmationBars) return null;
  own.current = raw;
  own.candidate = null;
  own.candidateBars = 0;
  return 'change';
}

/** What this one candle says; null while there are too few candles to say anything. */
function rawRegime(
  { atr, adx, current }: SymbolRegime,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
): RegimeName | null {
  if (atr === null || adx === null) return null;
  const { atrHighVol, atrHighVolBps } = limits;
  if (atrHighVol !== null && atr >= atrHighVol) return 'HIGH_VOL_CHAOTIC';
  const atrBps = (atr / e8ToNumber(candle.close)) * 10_000;
  if (atrHighVolBps !== null && atrBps >= atrHighVolBps) return 'HIGH_VOL_CHAOTIC';
  if (adx >= limits.adxTrend) return 'TREND';
  if (adx <= limits.adxRange) return 'RANGE';
  return current;
}

function heartbeatDue(
  own: SymbolRegime,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
): boolean {
  return own.lastEntrySec !== null && candle.startSec - own.lastEntrySec >= limits.heartbeatSec;
}

function emitMeasured(own: SymbolRegime, candle: ClosedCandle, out: StepOutputs): void {
  out.emit({
    kind: 'RegimeMeasured',
    cause: candle.ref,
    tsMs: candle.tsMs,
    symbol: candle.symbol,
    candleSec: candle.startSec,
    atr: own.atr,
    adx: own.adx,
    regime: own.current,
  });
}

function emitEntry(
  own: SymbolRegime,
  candle: ClosedCandle,
  heartbeat: boolean,
  out: StepOutputs,
): RegimeEntry {
  const { symbol, startSec: candleSec } = candle;
  const { current: regime, atr, adx } = own;
  out.emit({
    kind: 'RegimeObserved',
    cause: candle.ref,
    tsMs: candle.tsMs,
    symbol,
    candleSec,
    intervalSec: candle.intervalSec,
    regime,
    atr,
    adx,
    heartbeat,
  });
  own.lastEntrySec = candleSec;
  return { symbol, regime, candleSec, heartbeat };
}
