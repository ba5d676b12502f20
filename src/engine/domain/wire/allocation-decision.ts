import type { AllocationDecided } from '../events.js';
import type { StreamMessage } from './stream-fields.js';
import { wholeSec } from './wire-value.js';

/**
 * Entry of `stream.allocation_decisions` (domain.md 2.7); `allocation_pct` is a fraction. `symbol` is
 * ours: allocation is decided for each symbol, and without it two entries could not be told apart.
 */
export function allocationDecisionMessage(
  allocation: AllocationDecided,
): StreamMessage<'allocations'> {
  const { cooldownUntilSec } = allocation;
  return {
    ts: String(wholeSec(allocation.tsMs)),
    strategy_id: allocation.strategyId,
    symbol: allocation.symbol,
    allocation_pct: allocation.allocationFraction.toFixed(6),
    reason: allocation.reason,
    cooldown_until: cooldownUntilSec === null ? '' : String(cooldownUntilSec),
    schema_version: '1',
    source_version: '1',
  };
}
