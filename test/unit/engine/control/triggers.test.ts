import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  initialThrottle,
  noteExecution,
} from '../../../../src/engine/control/execution-throttle.js';
import {
  initialTriggers,
  lookAtTriggers,
  TRIGGERS,
  type TriggerFacts,
  type TriggerLimits,
  type TriggerName,
} from '../../../../src/engine/control/triggers.js';

const NOW_MS = Date.UTC(2026, 1, 9, 15, 30);
const LIMITS: TriggerLimits = {
  confirmation: { breachesMin: 3, looksMax: 5 },
  auditStalledMs: 30_000,
  marketDataStaleMs: 120_000,
  clockSkewMs: 5_000,
  controlLostMs: 10_000,
  unreadableFraction: 0.5,
  unreadableFramesMin: 5,
};
const TRADING = { level: 'TRADING', isCertain: true } as const;
const FEED: NonNullable<TriggerFacts['feed']> = {
  symbols: [
    { symbol: 'BTCUSDT', lastDataAtMs: NOW_MS - 500 },
    { symbol: 'XRPETH', lastDataAtMs: NOW_MS - 900_000 },
    { symbol: 'NEWUSDT', lastDataAtMs: null },
  ],
  clock: { offsetMs: 5_400, errorMs: 400 },
  framesTotal: 1_000,
  unreadableTotal: 7,
};
/** Each at its limit: nothing is breached. */
const FINE: TriggerFacts = {
  nowMs: NOW_MS,
  breakersOpen: [],
  audit: { stalledSinceMs: NOW_MS - 30_000, why: 'away' },
  feed: FEED,
  lostChannels: [{ name: 'control socket (nobody listens)', sinceMs: NOW_MS - 10_000 }],
};

/** What breaches one trigger and no other, at the n-th look; and what it says. */
const BAD: Readonly<
  Record<TriggerName, { facts: (n: number) => TriggerFacts; level: string; says: string }>
> = {
  breaker: {
    facts: () => ({ ...FINE, breakersOpen: ['loss'] }),
    level: 'REDUCING',
    says: 'breaker loss is open',
  },
  audit_stalled: {
    facts: () => ({ ...FINE, audit: { stalledSinceMs: NOW_MS - 30_001, why: 'no disk' } }),
    level: 'REDUCING',
    says: 'audit stalled for 30001 ms > 30000 ms: no disk',
  },
  market_data_stale: {
    facts: () => ({
      ...FINE,
      feed: { ...FEED, symbols: [{ symbol: 'BTCUSDT', lastDataAtMs: NOW_MS - 120_001 }] },
    }),
    level: 'REDUCING',
    says: 'no data of any of 1 symbols for 120001 ms > 120000 ms: the newest',
  },
  clock_skew: {
    facts: () => ({ ...FINE, feed: { ...FEED, clock: { offsetMs: -5_401, errorMs: 400 } } }),
    level: 'HALTED',
    says: 'local clock is off by 5001 ms > 5000 ms: offset -5401 ms, error at most 400 ms',
  },
  control_channel_lost: {
    facts: () => ({ ...FINE, lostChannels: [{ name: 'register', sinceMs: NOW_MS - 10_001 }] }),
    level: 'REDUCING',
    says: 'register unreachable for 10001 ms',
  },
  feed_schema_unknown: {
    facts: (n) => ({
      ...FINE,
      feed: { ...FEED, framesTotal: 1_000 + 10 * n, unreadableTotal: 7 + 5 * n },
    }),
    level: 'HALTED',
    says: "5 of 10 frames can't be read",
  },
};

/** The names that fire at each look. */
function looks(
  all: readonly TriggerFacts[],
  control: Parameters<typeof lookAtTriggers>[2] = TRADING,
): string[][] {
  const state = initialTriggers();
  lookAtTriggers(state, FINE, control, LIMITS);
  return all.map((facts) =>
    lookAtTriggers(state, facts, control, LIMITS).map(({ trigger }) => trigger),
  );
}

describe.each(TRIGGERS)('trigger %s', (name) => {
  const { facts, level, says } = BAD[name];

  it('fires at the third of five, with its evidence, and never at a single one', () => {
    const state = initialTriggers();
    const look = (seen: TriggerFacts) => lookAtTriggers(state, seen, TRADING, LIMITS);
    expect(look(FINE)).toEqual([]);
    expect(look(facts(1))).toEqual([]);
    expect(look(facts(2))).toEqual([]);
    const [firing, ...others] = look(facts(3));
    expect(others).toEqual([]);
    expect(firing).toMatchObject({
      trigger: name,
      level,
      scopes: [],
      evidence: [says, says, says],
    });
  });

  it('forgets breaches that are further apart', () => {
    // A look at the feed compares with the one before: in between nothing unreadable comes.
    const fine = (n: number): TriggerFacts => {
      const { framesTotal, unreadableTotal } = facts(n).feed ?? FEED;
      return { ...FINE, feed: { ...FEED, framesTotal, unreadableTotal } };
    };
    const seen = [1, 2, 3, 4].flatMap((n) => [facts(n), fine(n), fine(n)]);
    expect(looks(seen).flat()).toEqual([]);
  });

  it('does not fire where trading is restricted as far, and after that only on new breaches', () => {
    const state = initialTriggers();
    const held = { level: level as 'REDUCING' | 'HALTED', isCertain: true };
    lookAtTriggers(state, FINE, held, LIMITS);
    const fired = [1, 2, 3, 4].flatMap((n) => lookAtTriggers(state, facts(n), held, LIMITS));
    expect(fired).toEqual([]);
    const after = [5, 6, 7].map((n) => lookAtTriggers(state, facts(n), TRADING, LIMITS).length);
    expect(after).toEqual([0, 0, 1]);
  });
});

describe('a look', () => {
  it('at its limits, and at a file or a clock that nobody knows well, sees nothing', () => {
    const silent = { ...FEED, symbols: [{ symbol: 'BTCUSDT', lastDataAtMs: null }] };
    const unknown: TriggerFacts = { ...FINE, feed: { ...silent, clock: null } };
    const file: TriggerFacts = { ...FINE, feed: null };
    for (const facts of [FINE, unknown, file]) {
      expect(looks([facts, facts, facts, facts, facts]).flat()).toEqual([]);
    }
  });

  it('puts a register that can not be read on record, which is HALTED by itself only meanwhile', () => {
    const { facts } = BAD.control_channel_lost;
    const unreadable = { level: 'HALTED', isCertain: false } as const;
    expect(looks([1, 2, 3].map(facts), unreadable)).toEqual([[], [], ['control_channel_lost']]);
  });
});

describe('the throttle of executions', () => {
  const limits = { windowMs: 60_000, executionsMax: 6, samePriceMax: 3, shards: 1 };
  let told = 0;
  const order = (n: number, change: object = {}) => ({
    strategyId: 'paper',
    symbol: 'BTCUSDT',
    side: 'BUY' as const,
    price: '100.00000000',
    origin: 'signal' as const,
    tsMs: NOW_MS + n,
    ref: { seq: (told += 1), ord: 0 },
    ...change,
  });

  it('halts the strategy that repeats one order, and says how often it did', () => {
    const state = initialThrottle();
    expect([1, 2, 3].map((n) => noteExecution(state, order(n), limits))).toEqual([
      null,
      null,
      null,
    ]);
    expect(noteExecution(state, order(4), limits)).toEqual({
      trigger: 'repeated_execution',
      level: 'HALTED',
      scopes: ['strategy:paper'],
      reason: 'repeated_execution',
      evidence: [
        'strategy paper: 4 orders to BUY BTCUSDT at 100.00000000 within 60000 ms, limit 3',
      ],
    });
    // Whoever lets it go on gives it a whole window again.
    expect(noteExecution(state, order(5), limits)).toBeNull();
  });

  it('counts an order once that is told again after a cut', () => {
    const state = initialThrottle();
    const all = [1, 2, 3].map((n) => order(n));
    for (const one of [...all, ...all, ...all]) {
      expect(noteExecution(state, one, limits)).toBeNull();
    }
    const other = {
      ...order(4, { price: '9.0', symbol: 'ETHUSDT' }),
      ref: all[0]?.ref ?? { seq: 0, ord: 0 },
    };
    expect(noteExecution(state, other, { ...limits, executionsMax: 3 })).not.toBeNull();
  });

  it('counts what lies within one window, in whatever order the shards bring it', () => {
    const times = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(times, (all) => {
        const state = initialThrottle();
        const firstFired = all.findIndex(
          (n, at) => noteExecution(state, order(n, { price: `${at}.0` }), limits) !== null,
        );
        const seen = firstFired < 0 ? all : all.slice(0, firstFired + 1);
        const fullest = (some: readonly number[]) =>
          Math.max(
            0,
            ...some.map((from) => some.filter((n) => n >= from && n < from + 60_000).length),
          );
        expect(fullest(seen) > limits.executionsMax).toBe(firstFired >= 0);
        expect(fullest(seen.slice(0, -1))).toBeLessThanOrEqual(limits.executionsMax);
      }),
    );
  });

  it.each([
    ['price', { price: '101.00000000' }],
    ['side', { side: 'SELL' }],
    ['symbol', { symbol: 'ETHUSDT' }],
    ['strategy', { strategyId: 'other' }],
    ['origin: a stop closes it', { origin: 'flatten' }],
    ['minute', { tsMs: NOW_MS + 60_002 }],
  ])('takes an order of another %s for no repetition', (_, change) => {
    const state = initialThrottle();
    for (const n of [1, 2, 3]) noteExecution(state, order(n), limits);
    expect(noteExecution(state, order(4, change), limits)).toBeNull();
  });

  it('halts the strategy that orders without end, whatever it orders', () => {
    const state = initialThrottle();
    const each = (n: number) => noteExecution(state, order(n, { price: `${n}` }), limits);
    expect([1, 2, 3, 4, 5, 6].map(each)).toEqual(new Array(6).fill(null));
    expect(each(7)?.evidence).toEqual(['strategy paper: 7 orders within 60000 ms, limit 6']);
  });

  it('holds in sum where each shard is counted by another process', () => {
    const spread = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 200 });
    const shared = fc.record({
      max: fc.integer({ min: 8, max: 60 }),
      shards: fc.constantFrom(1, 2, 3, 8),
    });
    fc.assert(
      fc.property(spread, shared, (to, { max, shards }) => {
        const all = { ...limits, executionsMax: max, samePriceMax: 1_000, shards };
        const states = Array.from({ length: shards }, initialThrottle);
        let left = 0;
        for (const [n, at] of to.entries()) {
          const state = states[at % shards] ?? initialThrottle();
          if (noteExecution(state, order(n), all) !== null) break;
          left += 1;
        }
        expect(left).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('says whose share it is, which is one order at least', () => {
    const state = initialThrottle();
    const few = { ...limits, executionsMax: 3, samePriceMax: 9, shards: 4 };
    expect(noteExecution(state, order(1), few)).toBeNull();
    expect(noteExecution(state, order(2), few)?.evidence).toEqual([
      'strategy paper: 2 orders within 60000 ms, limit 1 (of 3 for 4 shards)',
    ]);
  });
});
