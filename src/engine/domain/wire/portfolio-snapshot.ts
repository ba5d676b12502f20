import { divE8, formatE8, parseE8 } from '../e8.js';
import type { PortfolioMarked } from '../events.js';
import { decimal, wholeSec, type Decimal, type WireObject } from './wire-value.js';

/** Message of topic `portfolio_snapshots` (domain.md 2.10); the two `_pct` fields are fractions. */
export function portfolioSnapshotMessage(marked: PortfolioMarked): WireObject {
  return {
    total_equity: decimal(marked.equityUsdt),
    available_balance: decimal(marked.cashUsdt),
    daily_pnl: decimal(marked.dailyPnlUsdt),
    total_unrealized_pnl: decimal(marked.unrealizedPnlUsdt),
    total_realized_pnl: decimal(marked.realizedPnlUsdt),
    total_exposure_pct: exposureFraction(marked),
    max_drawdown_pct: marked.drawdownFraction,
    open_positions: marked.openPositions,
    timestamp: wholeSec(marked.tsMs),
  };
}

/** Null without equity to relate it to: any number would be wrong. */
function exposureFraction({ exposureUsdt, equityUsdt }: PortfolioMarked): Decimal | null {
  const exposure = parseE8(exposureUsdt);
  const equity = parseE8(equityUsdt);
  if (typeof exposure !== 'bigint' || typeof equity !== 'bigint' || equity <= 0n) return null;
  return decimal(formatE8(divE8(exposure, equity)));
}
