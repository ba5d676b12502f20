import { describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import { readiness } from '../../../src/view/readiness.js';
import { systemView } from '../../../src/view/system-view.js';
import {
  audit,
  fakeEngineStatus,
  liveFeedOf,
  NOW_MS,
  outputs,
  seen,
} from '../../fakes/fake-engine-status.js';

const STALLED = audit({
  state: 'stalled',
  reason: 'PostgreSQL does not answer',
  sinceMs: NOW_MS - 12_000,
  rowsCommitted: { risk_events: 0 },
  spoolBatches: 4,
});
const halted = (level: 'HALTED' | 'REDUCING') => ({
  control: { ...fakeEngineStatus().control, level, reason: 'manual' },
});

describe('readiness', () => {
  it('is given while effects flow', () => {
    expect(readiness(fakeEngineStatus())).toEqual({ ready: true, reasons: [] });
  });

  it.each<[string, Partial<EngineStatus>, RegExp]>([
    ['starting', { phase: 'starting' }, /the engine is starting/],
    ['halted', halted('HALTED'), /level is HALTED: manual, by ops/],
    ['lagging', { audit: audit({ lagMs: 9_000 }) }, /the oldest batch has waited 9\.0 s/],
    [
      'without trades',
      {
        feed: liveFeedOf({
          symbols: [
            {
              symbol: 'BTCUSDT',
              state: 'down',
              why: 'cut',
              lastDataAtMs: NOW_MS - 12_000,
              downSinceMs: NOW_MS - 12_000,
            },
          ],
        }),
      },
      /feed->trades STALLED: BTCUSDT DOWN: cut, last data 12(?:\.0)? s ago/,
    ],
    [
      'unproven',
      { outputs: outputs({ CandleClosed: seen(0) }), startedAtMs: NOW_MS - 9 },
      /window/,
    ],
  ])('is refused while %s', (_, overrides, reason) => {
    const { ready, reasons } = readiness(fakeEngineStatus(overrides));
    expect(ready).toBe(false);
    expect(reasons.join('\n')).toMatch(reason);
  });

  it('says once, in words, what a stalled audit means', () => {
    const status = fakeEngineStatus({
      audit: STALLED,
      outputs: outputs({ RiskDecided: seen(341) }),
    });
    expect(readiness(status).reasons).toEqual([
      'audit STALLED for 12 s: PostgreSQL does not answer; ' +
        '341 decisions wait in the spool; orders stopped',
    ]);
  });

  it('stays while only reducing is allowed', () => {
    expect(readiness(fakeEngineStatus(halted('REDUCING'))).ready).toBe(true);
  });
});

describe('systemView word', () => {
  it.each<[string, Partial<EngineStatus>]>([
    ['EFFECTS FLOW', {}],
    ['STALLED', { audit: STALLED }],
    ['STALLED', { ...halted('HALTED'), audit: STALLED }],
    ['HALTED', halted('HALTED')],
    ['NOT PROVEN YET', { phase: 'starting' }],
    ['NOT RUNNING', { phase: 'finished' }],
  ])('%s', (word, overrides) => {
    expect(systemView(fakeEngineStatus(overrides)).word).toBe(word);
  });

  it('never says that effects flow when readiness says no', () => {
    const phases = [
      'starting',
      'recovering',
      'running',
      'draining',
      'finished',
      'stopped',
    ] as const;
    for (const phase of phases) {
      for (const state of ['ok', 'stalled', 'recovering'] as const) {
        const status = fakeEngineStatus({ phase, audit: audit({ state }) });
        expect(systemView(status).word === 'EFFECTS FLOW').toBe(readiness(status).ready);
      }
    }
  });

  it('notes that everything is blocked', () => {
    const view = systemView(
      fakeEngineStatus({
        allowed: seen(0),
        blocked: seen(41),
        blockedByCode: { RC_002: seen(41) },
      }),
    );
    expect(view.notes.join()).toContain('all 41 signals were blocked by RC_002');
    expect(view.notes.join()).toContain('looks like configuration');
  });
});
