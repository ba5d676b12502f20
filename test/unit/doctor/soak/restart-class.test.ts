import { describe, expect, test } from 'vitest';
import { classifyRestarts, restartLines } from '../../../../src/doctor/soak/restart-class.js';
import { member } from './members.js';

const HOUR_MS = 3_600_000;
const LATER = {
  isFirstPass: false,
  runAgeMs: 11 * HOUR_MS,
  sinceLastMs: HOUR_MS,
  isMonitorFresh: false,
};
const FIRST = { isFirstPass: true, runAgeMs: 0, sinceLastMs: 0, isMonitorFresh: true };
const SETTLED = 22 * HOUR_MS;

/** Twelve, of which the first restarted so long ago. */
function stack(...upMs: readonly number[]) {
  return Array.from({ length: 12 }, (_, at) => member(`cdb_${at}`, upMs[at] ?? SETTLED));
}

describe('restarts of a stack of twelve', () => {
  test('none', () => {
    expect(classifyRestarts(stack(), LATER).kind).toBe('none');
  });

  test.each([
    ['one of them', stack(13_000), 'sut-restart'],
    ['five of them at once', stack(1_000, 1_000, 1_000, 1_000, 1_000), 'sut-restart'],
    ['half of them at once', stack(...Array<number>(6).fill(9_000)), 'environment-interruption'],
    [
      'half of them, 30 s apart',
      stack(1_000, 1_000, 1_000, 1_000, 1_000, 31_000),
      'environment-interruption',
    ],
    ['half of them, 31 s apart', stack(1_000, 1_000, 1_000, 1_000, 1_000, 32_000), 'sut-restart'],
    ['all of them at once', stack(...Array<number>(12).fill(60_000)), 'environment-interruption'],
  ] as const)('%s is told by its share and spread', (_, members, kind) => {
    expect(classifyRestarts(members, LATER).kind).toBe(kind);
  });

  test('apart, but with the monitor itself begun again, are the environment', () => {
    const members = stack(...[1, 2, 3, 4, 5, 60].map((minutes) => minutes * 59_000));
    expect(classifyRestarts(members, LATER).kind).toBe('sut-restart');
    const fresh = { ...LATER, isMonitorFresh: true };
    expect(classifyRestarts(members, fresh).kind).toBe('environment-interruption');
  });

  test('before the run are none: it was started fresh, or long ago', () => {
    const all = stack(...Array<number>(12).fill(90_000));
    expect(classifyRestarts(all, FIRST).kind).toBe('fresh-stack');
    expect(classifyRestarts(stack(600_000), FIRST).kind).toBe('none');
    const late = { ...FIRST, runAgeMs: 600_000, sinceLastMs: 600_000 };
    expect(classifyRestarts(stack(...Array<number>(12).fill(480_000)), late).kind).toBe(
      'fresh-stack',
    );
    expect(classifyRestarts(stack(...Array<number>(12).fill(479_000)), late).kind).not.toBe(
      'fresh-stack',
    );
  });

  test('are also those that do not run', () => {
    const [first, ...rest] = stack();
    const gone = { ...member(first?.name ?? '', null), isRunning: false, says: 'exited' };
    const found = classifyRestarts([gone, ...rest], LATER);
    expect(restartLines(found, 12, false)).toEqual([
      'RESTART DETECTED: cdb_0 (exited)',
      'SUT_RESTART: 1/12 SUT services restarted, spread=0s, monitor_fresh=0',
    ]);
  });

  test('are written as they always were', () => {
    const found = classifyRestarts(stack(...Array<number>(12).fill(13_000)), {
      ...LATER,
      isMonitorFresh: true,
    });
    const lines = restartLines(found, 12, true);
    expect(lines[0]).toBe('RESTART DETECTED: cdb_0 (Up 13 seconds (healthy))');
    expect(lines.at(-1)).toBe(
      'ENVIRONMENT_INTERRUPTION: 12/12 SUT services restarted, spread=0s, monitor_fresh=1',
    );
  });
});
