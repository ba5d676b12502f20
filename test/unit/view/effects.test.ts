import { describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import type { EffectName } from '../../../src/view/effect-pair.js';
import { judgeEffects } from '../../../src/view/effects.js';
import { watchEffects, type EffectsWatch } from '../../../src/view/effects-watch.js';
import { audit, fakeEngineStatus, NOW_MS, outputs, seen } from '../../fakes/fake-engine-status.js';

function word(name: EffectName, overrides: Partial<EngineStatus>, watch?: EffectsWatch): string {
  return found(name, overrides, watch).word;
}

function found(name: EffectName, overrides: Partial<EngineStatus>, watch?: EffectsWatch) {
  const pairs = judgeEffects(fakeEngineStatus(overrides), watch ?? null);
  const one = pairs.find((pair) => pair.name === name);
  if (one === undefined) throw new Error(`no pair ${name}`);
  return one;
}

const FILE = { identity: 'f', description: 'f', finite: true, health: null };

describe('judgeEffects', () => {
  it('finds every pair OK in a healthy engine', () => {
    const words = judgeEffects(fakeEngineStatus(), null).map((pair) => pair.word);
    expect(words).toEqual(Array.from({ length: 8 }, () => 'OK'));
  });

  it('calls the founding incident by its name: decisions without rows', () => {
    const pair = found('decisions->audit rows', {
      outputs: outputs({ RiskDecided: seen(1_184) }),
      audit: audit({ rowsCommitted: {} }),
    });
    expect(pair.word).toBe('STALLED');
    expect(pair.reason).toBe(
      '1 184 decisions, 0 rows in risk_events, and nothing waits: rows are missing',
    );
  });

  it.each<[string, EffectName, Partial<EngineStatus>, string]>([
    [
      'file feed silent for a minute',
      'feed->trades',
      {
        trades: seen(9, 61_000),
        feed: FILE,
      },
      'IDLE',
    ],
    [
      'no trade just after the start',
      'feed->trades',
      { trades: seen(0), startedAtMs: NOW_MS - 5_000, feed: FILE },
      'UNKNOWN',
    ],
    [
      'inputs wait for the fold',
      'inputs->fold',
      { seqFolded: 4_000, inputs: seen(9, 6_000) },
      'STALLED',
    ],
    ['inputs just arrived', 'inputs->fold', { seqFolded: 4_000 }, 'OK'],
    ['no trade, no candle', 'trades->candles', { trades: seen(0) }, 'IDLE'],
    [
      'first window open',
      'trades->candles',
      { outputs: outputs({ CandleClosed: seen(0) }), startedAtMs: NOW_MS - 30_000 },
      'UNKNOWN',
    ],
    [
      'no candle for two minutes',
      'trades->candles',
      { outputs: outputs({ CandleClosed: seen(4, 120_000) }) },
      'STALLED',
    ],
    [
      'no signal yet',
      'signals->decisions',
      { outputs: outputs({ SignalRaised: seen(0) }) },
      'IDLE',
    ],
    [
      'a signal without decision',
      'signals->decisions',
      { outputs: outputs({ SignalRaised: seen(42, 2_000) }) },
      'STALLED',
    ],
    [
      'decisions older than the last signal',
      'signals->decisions',
      { outputs: outputs({ RiskDecided: seen(41, 9_000) }) },
      'STALLED',
    ],
    [
      'rows on their way',
      'decisions->audit rows',
      { audit: audit({ rowsCommitted: { risk_events: 39 }, lagMs: 40 }) },
      'OK',
    ],
    [
      'rows too long on their way',
      'decisions->audit rows',
      { audit: audit({ lagMs: 5_001 }) },
      'STALLED',
    ],
    [
      'audit says stalled',
      'decisions->audit rows',
      { audit: audit({ state: 'stalled' }) },
      'STALLED',
    ],
    ['an approval without order', 'approvals->orders', { allowed: seen(7, 5_000) }, 'STALLED'],
    [
      'an order without result',
      'orders->results',
      {
        outputs: outputs({
          OrderRequested: seen(6, 16_000),
          OrderFilled: seen(5, 20_000),
          OrderRejected: seen(0),
          OrderRefused: seen(0),
        }),
      },
      'STALLED',
    ],
    [
      'an order on its way',
      'orders->results',
      { outputs: outputs({ OrderRequested: seen(7, 500) }) },
      'OK',
    ],
    [
      'a fill without position',
      'fills->positions',
      { outputs: outputs({ PositionChanged: seen(4, 4_000) }) },
      'STALLED',
    ],
  ])('%s: %s', (_, name, overrides, expected) => {
    expect(word(name, overrides)).toBe(expected);
  });

  it('draws no stall from a missing effect while the engine recovers', () => {
    expect(
      word('signals->decisions', {
        phase: 'recovering',
        outputs: outputs({ SignalRaised: seen(99) }),
      }),
    ).toBe('UNKNOWN');
  });

  it('still reports a stalled audit while the engine drains', () => {
    const overrides = { phase: 'draining', audit: audit({ state: 'stalled' }) } as const;
    expect(word('decisions->audit rows', overrides)).toBe('STALLED');
  });
});

describe('watchEffects', () => {
  const lastCandle = { outputs: outputs({ CandleClosed: seen(4, 300_000) }) };

  it('does not call the first trade after a pause a stall', () => {
    const quiet = fakeEngineStatus({ ...lastCandle, trades: seen(100, 301_000) });
    const resumed = fakeEngineStatus({ ...lastCandle, trades: seen(101, 1_000) });
    const watch = watchEffects(watchEffects(null, quiet), resumed);
    expect(watch.candles.sinceMs).toBe(NOW_MS - 1_000);
    expect(word('trades->candles', { ...lastCandle, trades: seen(101, 1_000) }, watch)).toBe('OK');
    expect(word('trades->candles', { ...lastCandle, trades: seen(101, 1_000) })).toBe('STALLED');
  });

  it('keeps the first unanswered cause while more of them come', () => {
    let watch = watchEffects(null, fakeEngineStatus({ ...lastCandle, trades: seen(100, 299_000) }));
    for (let count = 101; count < 110; count += 1) {
      watch = watchEffects(watch, fakeEngineStatus({ ...lastCandle, trades: seen(count) }));
    }
    expect(watch.candles.sinceMs).toBe(NOW_MS - 299_000);
    expect(word('trades->candles', lastCandle, watch)).toBe('STALLED');
  });

  it('forgets the wait when the effect comes', () => {
    const waiting = watchEffects(null, fakeEngineStatus({ ...lastCandle, trades: seen(100) }));
    const answered = fakeEngineStatus({
      trades: seen(100, 1_000),
      outputs: outputs({ CandleClosed: seen(5, 500) }),
    });
    expect(watchEffects(waiting, answered).candles.sinceMs).toBeNull();
  });
});
