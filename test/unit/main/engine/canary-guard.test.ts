import { describe, expect, it } from 'vitest';
import type { CanaryChanged } from '../../../../src/engine/domain/events.js';
import { findModeFlags } from '../../../../src/config/mode-flags.js';
import { toldOf } from '../../../../src/engine/control/exit-wish.js';
import { initialRecord } from '../../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';
import { canaryGuard } from '../../../../src/main/engine/canary-guard.js';
import { capMode } from '../../../../src/main/engine/mode-cap.js';
import { TERMS } from '../../engine/canary-terms.js';
import { FACTS as facts } from '../../engine/domain/wire/facts.js';

const ENDED: CanaryChanged = { ...facts.CanaryChanged, phase: 'ended', trigger: 'stale_data' };

function bench(fails = false) {
  const ended: string[] = [];
  const notices: string[] = [];
  const guard = canaryGuard({
    register: {
      endCanary: (sessionId, why) => {
        if (fails) throw new Error('disk full');
        ended.push(`${sessionId} ${why}`);
      },
    },
    onNotice: (text) => notices.push(text),
  });
  return { guard, ended, notices };
}

describe('the guard of a canary', () => {
  it('writes a rollback to the register, and nothing for any other fact', () => {
    const { guard, ended } = bench();
    guard({ ...ENDED, phase: 'held' });
    guard(facts.AlertRaised);
    expect(ended).toEqual([]);
    guard(ENDED);
    expect(ended).toEqual(['session ended: stale_data']);
  });

  it('says what could not be written', () => {
    const { guard, notices } = bench(true);
    guard(ENDED);
    expect(notices).toEqual(["can't write the rollback: disk full"]);
  });
});

describe('capMode', () => {
  const flags = (env: Record<string, string>) => findModeFlags({ cwd: '/nowhere', env });
  const record: ControlRecord = {
    ...initialRecord({ mode: 'canary', operator: 'ops', atMs: 0 }),
    canary: TERMS,
  };
  const { startedAtMs, durationMs } = TERMS;

  it('lets a canary be one, within its time on the clock', () => {
    expect(capMode(record, flags({}), startedAtMs + durationMs - 1)).toBe(record);
    expect(capMode(record, flags({}), startedAtMs + durationMs)).toMatchObject({
      mode: 'shadow',
      reason: 'duration_over',
    });
    const long: ControlRecord = { ...record, canary: { ...TERMS, durationMs: 1e12 } };
    expect(capMode(long, flags({}), startedAtMs + 15 * 60_000).mode).toBe('shadow');
    // A clock that went back would make it longer.
    expect(capMode(record, flags({}), startedAtMs - 4_000).mode).toBe('canary');
    expect(capMode(record, flags({}), startedAtMs - 6_000).mode).toBe('shadow');
  });

  it('names flags that drifted, and never keeps the terms beside another mode', () => {
    const capped = capMode(record, flags({ DRY_RUN: 'false' }), startedAtMs);
    expect(capped).toMatchObject({ mode: 'shadow', reason: 'flag_drift' });
    expect(capped.canary).toBeUndefined();
  });

  it('keeps what a stop wants cancelled and closed, and tells the fold of the other mode', () => {
    const exits = [{ killId: '2-00000001', cancelOpen: true, flatten: true, scopes: [] }];
    const { canary: terms, ...stopped } = { ...record, level: 'HALTED', exits } as const;
    expect(terms).toBe(TERMS);
    const capped = capMode(stopped, flags({}), startedAtMs);
    expect(capped).toMatchObject({ mode: 'shadow', level: 'HALTED', exits });
    expect(toldOf(capped)).not.toBe(toldOf(stopped));
  });

  it('is shadow for live, whatever the flags say', () => {
    const live = { ...record, mode: 'live' } as const;
    const all = {
      TRADING_MODE: 'live',
      LIVE_TRADING_CONFIRMED: 'yes',
      CONFIRM_LIVE_TRADING: 'true',
      MOCK_TRADING: 'false',
      DRY_RUN: 'false',
      MEXC_TESTNET: 'false',
    };
    expect(capMode(live, flags(all), startedAtMs).mode).toBe('shadow');
  });
});
