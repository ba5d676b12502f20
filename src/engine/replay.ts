import { Fold } from './fold.js';
import type { Mode } from './domain/control.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import type { Input, TradeObserved } from './domain/inputs.js';
import type { Thresholds } from './domain/thresholds.js';
import type { Feed } from './ports/feed.js';

export interface ReplayOptions {
  readonly hash: Hash;
  readonly thresholds: Thresholds;
  readonly seed: number;
  readonly mode: Mode;
}

/** The inputs that come before the first trade of every run. */
export function openingInputs(
  options: Pick<ReplayOptions, 'thresholds' | 'seed' | 'mode'>,
): readonly Input[] {
  const { thresholds, seed, mode } = options;
  return [
    { kind: 'ConfigChanged', codeVersion: '', configHash: '', thresholds, seed, atMs: 0 },
    {
      kind: 'ControlChanged',
      level: 'TRADING',
      scopes: {},
      mode,
      epoch: 1,
      reason: 'replay',
      operator: 'cdb',
      atMs: 0,
    },
  ];
}

export interface ReplayStep {
  readonly trade: TradeObserved;
  readonly outputs: readonly Output[];
}

/**
 * Folds a whole feed as fast as it comes, without journal, database or venue.
 * @param onStep called after every trade, with the facts that it led to
 * @returns the fold at the end: its digest is the run's
 */
export async function replay(
  feed: Feed,
  options: ReplayOptions,
  onStep: (step: ReplayStep, fold: Fold) => void,
  onBatch: () => Promise<void>,
  signal: AbortSignal,
): Promise<Fold> {
  const fold = new Fold(options.hash);
  let seq = 0;
  for (const input of openingInputs(options)) fold.apply({ seq: ++seq, input });
  for await (const trades of feed.trades(0, signal)) {
    for (const trade of trades) {
      onStep({ trade, outputs: fold.apply({ seq: ++seq, input: trade }) }, fold);
    }
    await onBatch();
  }
  return fold;
}
