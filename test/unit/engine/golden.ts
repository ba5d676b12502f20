import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { Mode } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { TradeObserved } from '../../../src/engine/domain/inputs.js';
import type { Thresholds } from '../../../src/engine/domain/thresholds.js';
import { Fold } from '../../../src/engine/fold.js';
import { openingInputs } from '../../../src/engine/replay.js';
import { of } from './fold-bench.js';

export interface GoldenRun {
  readonly trades: readonly TradeObserved[];
  readonly mode: Mode;
  readonly thresholds: Thresholds;
}

/** A whole run with what is worth remembering of it. */
export function goldenRun({ trades, mode, thresholds }: GoldenRun) {
  const fold = new Fold(nodeHash);
  const facts: Output[] = [];
  let seq = 0;
  const inputs = [...openingInputs({ thresholds, seed: 1, mode }), ...trades];
  for (const input of inputs) {
    seq += 1;
    for (const fact of fold.apply({ seq, input })) facts.push(fact);
  }
  return { fold, facts, summary: summaryOf(fold, facts) };
}

function summaryOf(fold: Fold, facts: readonly Output[]) {
  const decisions = of(facts, 'RiskDecided');
  const fills = of(facts, 'OrderFilled');
  return {
    digest: fold.digest,
    trades: fold.state.tradesSeen,
    facts: counted(facts.map(({ kind }) => kind)),
    decisions: counted(decisions.map(({ reasonCode }) => reasonCode ?? 'ALLOW')),
    orders: counted(of(facts, 'OrderRequested').map(({ side, origin }) => `${side} ${origin}`)),
    fills: counted(fills.map(({ book, side, status }) => `${book} ${side} ${status}`)),
    positionsOpened: Math.max(
      0,
      ...of(facts, 'PositionChanged').map(({ openNumber }) => openNumber),
    ),
    realizedE8: String(fold.state.portfolio.realizedE8),
    feesE8: String(fold.state.portfolio.feesE8),
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
