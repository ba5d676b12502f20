import { Fold } from './fold.js';
import type { Mode } from './domain/control.js';
import { e8ToNumber } from './domain/e8.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import type { FeedInput, Input, TradeObserved } from './domain/inputs.js';
import type { Thresholds } from './domain/thresholds.js';
import type { Feed } from './ports/feed.js';
import { initialTickChange, tickChangePp, type TickChangeState } from './stages/signal-momentum.js';

interface ReplayOptions {
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
      message: '',
      previousLevel: 'HALTED',
      operator: 'cdb',
      atMs: 0,
    },
  ];
}

export interface ReplayStep {
  readonly input: FeedInput;
  readonly outputs: readonly Output[];
  /** Change since the symbol's tick before, in percentage points; null where it was no tick. */
  readonly changePp: number | null;
}

/**
 * Folds a whole feed as fast as it comes, without journal, database or venue.
 * @param onStep called after every input of the feed, with the facts that it led to
 * @returns the fold at the end: its digest is the run's
 */
export async function replay(
  feed: Feed,
  options: ReplayOptions,
  onStep: (step: ReplayStep) => void,
  onBatch: () => Promise<void>,
  signal: AbortSignal,
): Promise<Fold> {
  const fold = new Fold(options.hash);
  const ticks = initialTickChange();
  let seq = 0;
  for (const input of openingInputs(options)) fold.apply({ seq: ++seq, input });
  for await (const inputs of feed.inputs(0, signal)) {
    for (const input of inputs) {
      const outputs = fold.apply({ seq: ++seq, input });
      const changePp =
        input.kind === 'TradeObserved' ? changeOf(input, { outputs, fold, ticks }) : null;
      onStep({ input, outputs, changePp });
    }
    await onBatch();
  }
  return fold;
}

/** A refused or out-of-order trade is no tick. */
function changeOf(
  { symbol }: TradeObserved,
  after: {
    readonly outputs: readonly Output[];
    readonly fold: Fold;
    readonly ticks: TickChangeState;
  },
): number | null {
  if (after.outputs.some((fact) => fact.kind === 'TradeRefused')) return null;
  const priceE8 = after.fold.state.portfolio.marketPrices.get(symbol);
  return priceE8 === undefined ? null : tickChangePp(after.ticks, symbol, e8ToNumber(priceE8));
}
