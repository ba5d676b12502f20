import { describe, expect, it } from 'vitest';
import type { EngineProcessFacts } from '../../../../src/doctor/services/facts.js';
import { findingOf, NOW_MS } from '../readings.js';

const NONE: EngineProcessFacts['watchdog'] = {
  ...{ state: 'none', pid: null, does: '', lookedAtMs: null, alarm: null },
};
const HOLDER = { pid: 42, mode: 'paper', startedAtMs: NOW_MS - 3_600_000 };

function beat(
  change: Partial<{ atMs: number; phase: 'running' | 'stopped'; pid: number }> = {},
): EngineProcessFacts['heartbeat'] {
  const { startedAtMs, pid } = HOLDER;
  const place = { startTime: '1', bootId: 'b', runId: 'run-1', turns: 9, beat: 9 };
  const heartbeat = { ...place, pid, startedAtMs, phase: 'running' as const, atMs: NOW_MS - 200 };
  return { state: 'present', heartbeat: { ...heartbeat, ...change } };
}

function engine(change: Partial<EngineProcessFacts>) {
  const facts = { holder: HOLDER, heartbeat: beat(), watchdog: NONE, ...change };
  return findingOf('services.engine', { engineProcess: facts });
}

describe('services.engine', () => {
  it.each<[string, Partial<EngineProcessFacts>, string, string]>([
    ['beats', {}, 'OK', 'engine with pid 42, mode paper, up 1 h: running, beat 9'],
    ['hangs', { heartbeat: beat({ atMs: NOW_MS - 5_001 }) }, 'FAIL', 'it hangs'],
    ['has a heartbeat of another', { heartbeat: beat({ pid: 41 }) }, 'FAIL', 'it has no heartbeat'],
    ['never ran', { holder: null, heartbeat: { state: 'absent' } }, 'SKIP', 'no engine runs here'],
    ['ended well', { holder: null, heartbeat: beat({ phase: 'stopped' }) }, 'SKIP', 'as it should'],
    ['died', { holder: null }, 'FAIL', 'the engine with pid 42 died without a goodbye'],
    [
      'has just begun',
      { holder: { ...HOLDER, startedAtMs: NOW_MS - 1_000 }, heartbeat: { state: 'absent' } },
      'OK',
      'it has just begun',
    ],
  ])('tells of one that %s', async (_, change, status, words) => {
    const finding = await engine(change);
    expect(finding.status).toBe(status);
    expect(finding.says).toContain(words);
  });
});

describe('services.watchdog', () => {
  const told = (watchdog: Partial<EngineProcessFacts['watchdog']>, mode = 'paper') => {
    const holder = { ...HOLDER, mode };
    const facts = { holder, heartbeat: beat(), watchdog: { ...NONE, ...watchdog } };
    return findingOf('services.watchdog', { engineProcess: facts });
  };

  it('is missed only where orders go to a venue', async () => {
    expect((await told({})).status).toBe('SKIP');
    expect((await told({}, 'canary')).status).toBe('WARN');
  });

  it('that watches is well, and one that has fallen silent is not', async () => {
    expect((await told({ state: 'watches', pid: 7, does: 'halts only' })).status).toBe('OK');
    expect((await told({ state: 'silent', pid: 7 })).status).toBe('FAIL');
  });

  it('has an alarm that nobody has acknowledged', async () => {
    const alarm = { id: 'a', atMs: NOW_MS, words: 'it stood still', cancel: 'pending' } as const;
    expect(await told({ state: 'watches', pid: 7, alarm })).toMatchObject({
      ...{ status: 'BLOCKER', level: 'P0' },
    });
  });
});
