import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TradeObserved } from '../../../../src/engine/domain/inputs.js';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import { admitTrade, initialIntake } from '../../../../src/engine/stages/intake.js';
import { printableSymbol } from '../../../../src/engine/domain/trade-symbol.js';
import { observed, T0 } from './market-fold.js';

const LIMITS = THRESHOLD_SETS.reference.intake;

/** A door with its own state; `openFromMs` is what the candles have closed. */
function door(openFromMs = 0, limits = LIMITS) {
  const state = initialIntake();
  const admit = (change: Partial<TradeObserved> = {}, until = openFromMs) => {
    const result = admitTrade(state, observed(change), until, limits);
    if (typeof result === 'string') return result;
    return result.outOfOrder ? 'out_of_order' : 'accepted';
  };
  return { state, admit };
}

describe('admitTrade refuses', () => {
  test.each<[string, Partial<TradeObserved>]>([
    ['missing_field', { symbol: '' }],
    ['missing_field', { price: '' }],
    ['missing_field', { qty: '' }],
    ['missing_field', { tsMs: null }],
    ['bad_symbol', { symbol: 'btcusdt' }],
    ['bad_symbol', { symbol: 'BT' }],
    ['bad_symbol', { symbol: 'B'.repeat(21) }],
    ['bad_symbol', { symbol: 'B'.repeat(1_000_000) }],
    ['bad_symbol', { symbol: "X'; DROP TABLE orders; --" }],
    ['bad_symbol', { symbol: 'BTC\u001b[2J' }],
    ['bad_symbol', { symbol: 'BTC USDT' }],
    ['bad_symbol', { symbol: '\ud800\ud800\ud800' }],
    ['bad_time', { tsMs: 1_600_000_020 }],
    ['bad_time', { tsMs: 1_600_000_020_000_000 }],
    ['bad_time', { tsMs: T0 + 0.5 }],
    ['bad_time', { tsMs: Number.NaN }],
    ['bad_time', { tsMs: -1 }],
    ['future', { tsMs: T0 + 60_001, receivedAtMs: T0 }],
    ['future', { receivedAtMs: Number.NaN }],
    ['bad_price', { price: 'NaN' }],
    ['bad_price', { price: '1e308' }],
    ['bad_qty', { qty: 'Infinity' }],
    ['bad_qty', { qty: '0x1' }],
    ['non_positive_price', { price: '0' }],
    ['non_positive_price', { price: '-1' }],
    ['non_positive_qty', { qty: '0.00' }],
    ['out_of_range', { price: '10000000000' }],
    ['out_of_range', { qty: '10000000000' }],
    ['precision', { price: '1.000000001' }],
    ['precision', { qty: '0.000000001' }],
  ])('%s: %j', (fault, change) => {
    const { state, admit } = door();
    expect(admit(change)).toBe(fault);
    expect(state).toEqual({ symbols: new Map(), accepted: 0, faults: { [fault]: 1 } });
  });

  test('late: older than what its candles have closed', () => {
    const { admit } = door(T0);
    expect(admit({ tsMs: T0 - 1 })).toBe('late');
    expect(admit({ tsMs: T0 })).toBe('accepted');
  });

  test('symbol_limit: one symbol more than allowed, while known ones go on', () => {
    const { admit } = door(0, { ...LIMITS, symbolsMax: 1 });
    expect(admit()).toBe('accepted');
    expect(admit({ symbol: 'ETHUSDT' })).toBe('symbol_limit');
    expect(admit()).toBe('accepted');
  });

  test('duplicate: the same venue, symbol and id again, whatever else it says', () => {
    const { state, admit } = door();
    expect(admit({ tradeId: '7' })).toBe('accepted');
    expect(admit({ tradeId: '7', price: '101', tsMs: T0 + 5 })).toBe('duplicate');
    expect(admit({ tradeId: '7', venue: 'elsewhere' })).toBe('accepted');
    expect(admit({ tradeId: '7', venue: 'elsewhere' })).toBe('duplicate');
    expect(admit({ tradeId: '7', symbol: 'ETHUSDT' })).toBe('accepted');
    expect(state.faults).toEqual({ duplicate: 2 });
  });
});

describe('admitTrade accepts', () => {
  test('two trades that agree in everything when they have no id', () => {
    const { state, admit } = door();
    expect([admit(), admit(), admit({ tradeId: '' }), admit({ tradeId: '' })]).toEqual(
      Array(4).fill('accepted'),
    );
    expect(state.accepted).toBe(4);
  });

  test.each(['BTCUSDT-PERP', 'ABC', '币安人生USDT', 'ÄÖÜUSDT', '1000SHIB_USDT', 'A.B'])(
    'the symbol %s',
    (symbol) => {
      expect(door().admit({ symbol })).toBe('accepted');
    },
  );

  test('exact price and quantity with their floats', () => {
    const state = initialIntake();
    const trade = observed({ price: '9682.19', qty: '0.132' });
    expect(admitTrade(state, trade, 0, LIMITS)).toEqual({
      symbol: 'BTCUSDT',
      tsMs: T0,
      priceE8: 968_219_000_000n,
      qtyE8: 13_200_000n,
      price: 9682.19,
      qty: 0.132,
      outOfOrder: false,
    });
  });

  test('a trade 60 s ahead of its receipt, the limit included', () => {
    expect(door().admit({ tsMs: T0 + 60_000, receivedAtMs: T0 })).toBe('accepted');
  });

  test('an id again once its window is closed', () => {
    const { state, admit } = door();
    expect(admit({ tradeId: '7' }, T0)).toBe('accepted');
    expect(admit({ tradeId: '7', tsMs: T0 + 60_000 }, T0 + 60_000)).toBe('accepted');
    expect(state.symbols.get('BTCUSDT')?.ids.lows).toEqual([7]);
  });

  test('an older trade as out of order, without moving time or price', () => {
    const { state, admit } = door();
    expect(admit({ tsMs: T0 + 500, price: '100' })).toBe('accepted');
    expect(admit({ tsMs: T0 + 400, price: '101' })).toBe('out_of_order');
    expect(state.symbols.get('BTCUSDT')).toMatchObject({ timeMs: T0 + 500, lastPrice: 100 });
    expect(state).toMatchObject({ accepted: 2, faults: { out_of_order: 1 } });
  });
});

describe('admitTrade and price jumps', () => {
  test('one wrong price is dropped and changes no time', () => {
    const { state, admit } = door();
    admit();
    expect(admit({ price: '150.01', tsMs: T0 + 1_000 })).toBe('price_jump');
    expect(admit({ price: '66.66', tsMs: T0 + 1_000 })).toBe('price_jump');
    expect(state.symbols.get('BTCUSDT')).toMatchObject({ timeMs: T0, lastPrice: 100 });
    expect(admit({ price: '150', tsMs: T0 + 1_000 })).toBe('accepted');
  });

  test('the third in a row that agrees is the new level', () => {
    const { state, admit } = door();
    admit();
    expect(['5000', '5100', '4900'].map((price) => admit({ price }))).toEqual([
      'price_jump',
      'price_jump',
      'accepted',
    ]);
    expect(admit({ price: '5000' })).toBe('accepted');
    expect(admit({ price: '100' })).toBe('price_jump');
    expect(state.symbols.get('BTCUSDT')?.lastPrice).toBe(5000);
  });

  test('a price at the old level, or one that disagrees, starts the count again', () => {
    const { admit } = door();
    admit();
    const prices = ['5000', '5000', '100', '5000', '5000', '900000', '5000', '5000', '5000'];
    expect(prices.map((price) => admit({ price }))).toEqual([
      'price_jump',
      'price_jump',
      'accepted',
      'price_jump',
      'price_jump',
      'price_jump',
      'price_jump',
      'price_jump',
      'accepted',
    ]);
  });

  test('one trade sent three times, or older trades, confirm nothing', () => {
    const { admit } = door();
    admit();
    const again = { price: '5000', tradeId: '9' };
    expect([admit(again), admit(again), admit(again)]).toEqual([
      'price_jump',
      'duplicate',
      'duplicate',
    ]);
    const older = { price: '5000', tsMs: T0 - 1 };
    expect([admit(older), admit(older), admit(older)]).toEqual(Array(3).fill('price_jump'));
  });
});

describe('admitTrade as a whole', () => {
  const text = fc.oneof(
    fc.constantFrom('', 'BTCUSDT', '100', '1', 'NaN', '-1', '0', '1e9', '100.5', '5000'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const time = fc.oneof(
    fc.constant(null),
    fc.integer({ min: T0 - 120_000, max: T0 + 120_000 }),
    fc.double(),
  );
  const anyTrade = fc.record<TradeObserved>({
    kind: fc.constant('TradeObserved'),
    venue: text,
    symbol: text,
    price: text,
    qty: text,
    side: text,
    tradeId: fc.option(text),
    tsMs: time,
    receivedAtMs: time.map((value) => value ?? T0),
  });

  test('never throws, counts every trade once, and a refused one moves nothing', () => {
    fc.assert(
      fc.property(fc.array(anyTrade, { maxLength: 40, size: 'max' }), (trades) => {
        const state = initialIntake();
        for (const trade of trades) {
          const before = structuredClone(summary(state));
          const result = admitTrade(state, trade, T0 - 60_000, LIMITS);
          if (typeof result === 'string') expect(summary(state)).toEqual(before);
        }
        const dropped = Object.entries(state.faults)
          .filter(([fault]) => fault !== 'out_of_order')
          .reduce((total, [, count]) => total + count, 0);
        expect(state.accepted + dropped).toBe(trades.length);
      }),
    );
  });

  function summary({ symbols, accepted }: ReturnType<typeof initialIntake>) {
    const own = [...symbols.values()].map(({ symbol, timeMs, lastPrice }) => ({
      symbol,
      timeMs,
      lastPrice,
    }));
    return { accepted, own };
  }
});

describe('printableSymbol', () => {
  test('keeps a good symbol and makes any other short and harmless', () => {
    expect(printableSymbol('BTCUSDT-PERP')).toBe('BTCUSDT-PERP');
    expect(printableSymbol('BTC\u001b[2J\n')).toBe('BTC??2J?');
    expect(printableSymbol('')).toBe('');
    expect(printableSymbol('B'.repeat(1_000_000))).toBe('B'.repeat(20));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printableSymbol(text)).toMatch(/^[\p{L}0-9._?-]{0,20}$/u);
      }),
    );
  });
});
