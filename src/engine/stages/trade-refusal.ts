import type { StepOutputs } from '../domain/emit.js';
import type { TradeFault } from '../domain/events.js';
import type { TradeObserved } from '../domain/inputs.js';
import { printableSymbol } from '../domain/trade-symbol.js';

/**
 * Makes a fault of the door a fact. Its time is the trusted time of receipt, because the trade's
 * own may be the fault; nothing else of the trade is repeated, because it may be a megabyte of it.
 */
export function emitRefusal(trade: TradeObserved, fault: TradeFault, out: StepOutputs): void {
  const receivedAtMs = Math.trunc(trade.receivedAtMs);
  out.emit({
    kind: 'TradeRefused',
    cause: out.inputRef,
    tsMs: Number.isFinite(receivedAtMs) ? receivedAtMs : 0,
    symbol: printableSymbol(trade.symbol),
    fault,
    dropped: fault !== 'out_of_order',
  });
}
