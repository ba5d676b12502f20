import type { FeedInput, TradeObserved } from '../../../src/engine/domain/inputs.js';

/** A trades file says nothing but trades; anything else is a fault of the test's subject. */
export function onlyTrades(inputs: readonly FeedInput[]): readonly TradeObserved[] {
  return inputs.map((input) => {
    if (input.kind !== 'TradeObserved') throw new Error(`no trade: ${input.kind}`);
    return input;
  });
}
