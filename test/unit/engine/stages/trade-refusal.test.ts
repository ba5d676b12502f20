import { expect, test } from 'vitest';
import { emitRefusal } from '../../../../src/engine/stages/trade-refusal.js';
import { observed, outputs, T0 } from './market-fold.js';

test('emitRefusal says what and when, in a form that is safe to store', () => {
  const out = outputs();
  emitRefusal(observed({ tsMs: 4_086_000_000_000, receivedAtMs: T0 }), 'future', out);
  emitRefusal(observed({ symbol: 'B\u0007'.repeat(99) }), 'bad_symbol', out);
  emitRefusal(observed({ tsMs: null, receivedAtMs: Number.NaN }), 'out_of_order', out);
  const kind = 'TradeRefused';
  const cause = { seq: 1, ord: -1 };
  expect(out.facts).toEqual([
    {
      ref: { seq: 1, ord: 0 },
      kind,
      cause,
      tsMs: T0,
      symbol: 'BTCUSDT',
      fault: 'future',
      dropped: true,
    },
    {
      ref: { seq: 1, ord: 1 },
      kind,
      cause,
      tsMs: T0,
      symbol: 'B?'.repeat(10),
      fault: 'bad_symbol',
      dropped: true,
    },
    {
      ref: { seq: 1, ord: 2 },
      kind,
      cause,
      tsMs: 0,
      symbol: 'BTCUSDT',
      fault: 'out_of_order',
      dropped: false,
    },
  ]);
});
