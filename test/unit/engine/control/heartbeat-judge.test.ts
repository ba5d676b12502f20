import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRST_WATCH,
  look,
  type JudgeLimits,
  type Verdict,
  type Watch,
} from '../../../../src/engine/control/heartbeat-judge.js';
import type { Heartbeat, HeartbeatReading } from '../../../../src/engine/domain/heartbeat.js';

const LIMITS: JudgeLimits = { limitMs: 2_000, lateLooks: 3, lookMsMax: 500 };
const LOOK_MS = 250;

function beat(n: number, more: Partial<Heartbeat> = {}): HeartbeatReading {
  const who = { pid: 7, startTime: '1', bootId: 'b', startedAtMs: 1, runId: 'r' };
  const heartbeat = { ...who, phase: 'running' as const, turns: n, beat: n, atMs: n, ...more };
  return { state: 'present', heartbeat };
}

const ABSENT: HeartbeatReading = { state: 'absent' };
const GARBAGE: HeartbeatReading = { state: 'unreadable', why: 'torn' };

/** Looks at these readings, one look apart, or as far apart as `gapsMs` says. */
function looks(
  readings: readonly HeartbeatReading[],
  { watch = FIRST_WATCH, gapsMs = [] as readonly number[], limits = LIMITS } = {},
): { readonly watch: Watch; readonly verdicts: readonly Verdict[] } {
  let atMs = 0;
  let current: Watch = watch;
  const verdicts = readings.map((reading, at) => {
    atMs += gapsMs[at] ?? LOOK_MS;
    const looked = look(current, { atMs, reading }, limits);
    current = looked.watch;
    return looked.verdict;
  });
  return { watch: current, verdicts };
}

const many = (reading: HeartbeatReading, count = 40) =>
  Array.from({ length: count }, () => reading);
const firstLate = (verdicts: readonly Verdict[]) =>
  verdicts.findIndex(({ kind }) => kind === 'late');

describe('look', () => {
  test('waits for the first engine, however long, and raises nothing', () => {
    expect(new Set(looks(many(ABSENT)).verdicts.map(({ kind }) => kind))).toEqual(
      new Set(['waiting']),
    );
  });

  test('raises nothing for an engine that ended in order, even when its file goes', () => {
    const { verdicts } = looks([beat(1), beat(2, { phase: 'stopped' }), ...many(ABSENT)]);
    expect(verdicts[0]?.kind).toBe('watching');
    expect(new Set(verdicts.slice(1).map(({ kind }) => kind))).toEqual(new Set(['ended']));
  });

  test('is late at the third look over the limit, and says for how long it was silent', () => {
    const { verdicts } = looks(many(beat(1)));
    const at = firstLate(verdicts);
    // The first look is its beginning; the limit is reached after 8 more, and two confirm it.
    expect(at).toBe(10);
    expect(verdicts[at]).toMatchObject({ silentMs: 2_500, standstill: '7-1-1' });
  });

  test.each([
    ['a file that is gone', [beat(1), ...many(ABSENT)]],
    ['a file that can not be read', [beat(1), ...many(GARBAGE)]],
    ['one that nobody could ever read', many(GARBAGE)],
    ['a dying engine that said no goodbye', [beat(1, { phase: 'draining' }), ...many(ABSENT)]],
    ['a goodbye that became garbage', [beat(1, { phase: 'stopped' }), ...many(GARBAGE)]],
  ])('is late for %s', (_, readings) => {
    expect(firstLate(looks(readings).verdicts)).toBeGreaterThan(0);
  });

  test('forgives looks that find half a write', () => {
    const readings = Array.from({ length: 60 }, (_, n) => (n % 4 === 0 ? beat(n) : GARBAGE));
    expect(firstLate(looks(readings).verdicts)).toBe(-1);
  });

  test('a new engine in place of the old one is a new beginning', () => {
    const { verdicts } = looks([...many(beat(5), 8), ...many(beat(1, { pid: 8 }), 9)]);
    expect(firstLate(verdicts)).toBe(-1);
  });

  test('time in which nobody looked is no silence of the engine', () => {
    const asleep = looks([beat(1), beat(1), beat(1)], { gapsMs: [250, 3_600_000, 250] });
    expect(asleep.verdicts.map(({ kind }) => kind)).not.toContain('late');
    expect(asleep.watch.silentMs).toBe(750);
  });

  test('a standstill that was acknowledged is not raised twice, the next one is', () => {
    const settled: Watch = { ...FIRST_WATCH, settled: '7-1-1' };
    expect(firstLate(looks(many(beat(1)), { watch: settled }).verdicts)).toBe(-1);
    const next = looks([beat(1), beat(2), ...many(beat(2))], { watch: settled });
    expect(firstLate(next.verdicts)).toBeGreaterThan(0);
  });

  test('an engine that moves within the limit is never late, whatever the pace of the looks', () => {
    const gap = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 200 }), (gapsMs) => {
        // As many looks as fit into the limit by watched time, then a beat.
        let watchedMs = 0;
        let n = 1;
        const readings = gapsMs.map((ms) => {
          watchedMs += Math.min(ms, LIMITS.lookMsMax);
          if (watchedMs >= LIMITS.limitMs) {
            n += 1;
            watchedMs = 0;
          }
          return beat(n);
        });
        expect(firstLate(looks(readings, { gapsMs }).verdicts)).toBe(-1);
      }),
    );
  });

  test('an engine that stands still is late after a bounded number of looks, whatever it wrote', () => {
    const reading = fc.constantFrom(beat(3), GARBAGE, ABSENT);
    fc.assert(
      fc.property(fc.array(reading, { minLength: 12, maxLength: 60 }), (readings) => {
        // Never seen and absent is waiting, so that one heartbeat stands at the beginning.
        const at = firstLate(looks([beat(3), ...readings]).verdicts);
        expect(at).toBe(10);
      }),
    );
  });
});
