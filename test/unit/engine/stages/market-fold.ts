import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { StepOutputs } from '../../../../src/engine/domain/emit.js';
import type { Output, OutputKind, TradeFault } from '../../../../src/engine/domain/events.js';
import type { TradeObserved } from '../../../../src/engine/domain/inputs.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import {
  addToCandle,
  closedUntilMs,
  closeOverdue,
  initialCandles,
  type ClosedCandle,
} from '../../../../src/engine/stages/candles.js';
import {
  admitTrade,
  initialIntake,
  type AcceptedTrade,
} from '../../../../src/engine/stages/intake.js';
import {
  initialMarketState,
  noteRegime,
  noteTick,
  updateMarketState,
} from '../../../../src/engine/stages/market-state.js';
import { initialRegime, observeRegime } from '../../../../src/engine/stages/regime.js';
import { initialTickChange, tickChangePp } from '../../../../src/engine/stages/signal-momentum.js';
import { addToWindow15m, initialWindow15m } from '../../../../src/engine/stages/window-15m.js';

export const T0 = 1_600_000_020_000; // A whole minute.

export function observed(change: Partial<TradeObserved> = {}): TradeObserved {
  const tsMs = change.tsMs === undefined ? T0 : change.tsMs;
  return {
    kind: 'TradeObserved',
    venue: 'file',
    symbol: 'BTCUSDT',
    price: '100',
    qty: '1',
    side: 'buy',
    tradeId: null,
    tsMs,
    receivedAtMs: tsMs ?? T0,
    ...change,
  };
}

export function accepted(change: Partial<AcceptedTrade> = {}): AcceptedTrade {
  const price = change.price ?? 100;
  const qty = change.qty ?? 1;
  return {
    symbol: 'BTCUSDT',
    tsMs: T0,
    price,
    qty,
    priceE8: BigInt(Math.round(price * 1e8)),
    qtyE8: BigInt(Math.round(qty * 1e8)),
    outOfOrder: false,
    ...change,
  };
}

export function outputs(): StepOutputs {
  return new StepOutputs(1);
}

/** The market side of the fold, wired the way the core wires it. */
export function marketFold(thresholds: Thresholds = THRESHOLD_SETS.reference) {
  const state = {
    intake: initialIntake(),
    candles: initialCandles(),
    regime: initialRegime(),
    market: initialMarketState(),
    window: initialWindow15m(),
    ticks: initialTickChange(),
  };
  const facts: Output[] = [];
  let seq = 0;

  const close = (candle: ClosedCandle, out: StepOutputs): void => {
    const entry = observeRegime(state.regime, candle, thresholds.regime, out);
    if (entry !== null) noteRegime(state.market, entry);
    updateMarketState(state.market, candle, thresholds.regime, out);
  };
  return {
    state,
    facts,
    factsOf: <K extends OutputKind>(kind: K) =>
      facts.filter((fact): fact is Extract<Output, { kind: K }> => fact.kind === kind),
    /** @returns what the door said, and the tick-to-tick change where the trade was a tick */
    step: (
      trade: TradeObserved,
    ): { trade: AcceptedTrade; changePp: number | null } | TradeFault => {
      seq += 1;
      const out = new StepOutputs(seq);
      const until = closedUntilMs(state.candles, trade.symbol);
      const admitted = admitTrade(state.intake, trade, until, thresholds.intake);
      if (typeof admitted === 'string') return admitted;
      if (!admitted.outOfOrder) noteTick(state.market, admitted.symbol, admitted.tsMs);
      const candle = addToCandle(state.candles, admitted, thresholds.candle, out);
      if (candle !== null) close(candle, out);
      addToWindow15m(state.window, admitted);
      facts.push(...out.facts);
      const changePp = admitted.outOfOrder
        ? null
        : tickChangePp(state.ticks, admitted.symbol, admitted.price);
      return { trade: admitted, changePp };
    },
    timer: (atMs: number): void => {
      seq += 1;
      const out = new StepOutputs(seq);
      for (const candle of closeOverdue(state.candles, atMs, thresholds.candle, out)) {
        close(candle, out);
      }
      facts.push(...out.facts);
    },
  };
}

/** A trades file as observed trades, read by other means than the feed that is under test. */
export function tradesOf(file: 'sample' | 'btcusdt' | 'xrpeth'): TradeObserved[] {
  const text = gunzipSync(readFileSync(FILES[file])).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [tsMs = '', symbol = '', price = '', qty = '', side = '', tradeId = ''] =
        line.split(',');
      return observed({ tsMs: Number(tsMs), symbol, price, qty, side, tradeId });
    });
}

const ROOT = new URL('../../../../', import.meta.url);
const FILES = {
  sample: new URL('data/sample/binance-futures-btcusdt-20200222.csv.gz', ROOT),
  btcusdt: new URL('test/fixtures/trades/binance-spot-btcusdt-20240808.csv.gz', ROOT),
  xrpeth: new URL('test/fixtures/trades/binance-spot-xrpeth-20191011.csv.gz', ROOT),
};
