import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { superviseEarly } from '../../../src/doctor/soak/early-fail.js';
import { judgeSoak } from '../../../src/doctor/soak/soak-gate.js';
import { readSoakLog, soakHours } from '../../../src/doctor/soak/soak-log.js';
import { readEvidence } from '../../../src/main/soak/soak-files.js';
import { soakPlace } from '../../../src/main/soak/soak-place.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { failure } from './failure.js';
import { HOUR_MS, NAMES, settled, SoakBench, START_MS } from './soak-bench.js';

let bench: SoakBench;
beforeEach(() => {
  bench = new SoakBench();
});
afterEach(() => {
  bench.remove();
});

const textOf = (path: string, name: string) => readFileSync(join(path, name), 'utf8');
const linesOf = (path: string) => textOf(path, 'hourly_checks.log').trimEnd().split('\n');

/** As `settled`, with some up since this moment. */
function restarted(atMs: number, ...names: readonly string[]) {
  return (nowMs: number) => {
    const look = settled(nowMs);
    if (nowMs < atMs) return look;
    const members = look.members.map((one) =>
      names.includes(one.name)
        ? { ...one, upMs: nowMs - atMs, says: `Up ${(nowMs - atMs) / 1_000} seconds` }
        : one,
    );
    return { ...look, members };
  };
}

describe('a soak of 72 h', () => {
  it('that nothing disturbs leaves the evidence of a PASS', async () => {
    const { path } = bench.begin();
    expect(await bench.record()).toEqual({ state: 'complete', why: '' });
    const lines = linesOf(path);
    expect(lines[0]).toBe('2026-03-24 13:00:00 UTC - Hour 0: No restarts');
    expect(lines[11]).toBe('2026-03-25 00:00:00 UTC - Hour 11: No restarts');
    expect(lines).toHaveLength(73);
    expect(textOf(path, 'resources.ndjson').trimEnd().split('\n')).toHaveLength(13);
    expect(textOf(path, 'row_counts.ndjson').trimEnd().split('\n')).toHaveLength(7);
    const result = judgeSoak(readEvidence(path));
    expect(result).toMatchObject({ verdict: 'PASS', figures: { hours: 72, hourlyLines: 73 } });
  });

  it('that is killed goes on behind what it wrote, and names what it missed', async () => {
    const { path } = bench.begin();
    await bench.record({ untilMs: START_MS + 7.5 * HOUR_MS });
    appendFileSync(join(path, 'hourly_checks.log'), '2026-03-24 21:00:0');
    appendFileSync(join(path, 'resources.ndjson'), '{"at":"2026');
    const end = await bench.record({ fromMs: START_MS + 10.2 * HOUR_MS });
    expect(end.state).toBe('complete');
    expect(linesOf(path).slice(8, 12)).toEqual([
      '2026-03-24 23:12:00 UTC - CHECK MISSING: hour 8 was not checked, the recorder did not run',
      '2026-03-24 23:12:00 UTC - CHECK MISSING: hour 9 was not checked, the recorder did not run',
      '2026-03-24 23:12:00 UTC - Hour 10: No restarts',
      '2026-03-25 00:00:00 UTC - Hour 11: No restarts',
    ]);
    const result = judgeSoak(readEvidence(path));
    expect(result).toMatchObject({ verdict: 'PASS', missingHours: [8, 9] });
  });

  it.each([
    ['DISK WARNING: /state 85.0 % used', 0.85, 'complete'],
    ['DISK CRITICAL: /state 91.0 % used', 0.91, 'failed'],
    ['DISK UNKNOWN: /state', null, 'complete'],
  ] as const)('tells %s', async (words, usedFraction, state) => {
    const { path } = bench.begin();
    const disks = [{ path: '/state', usedFraction }];
    const end = await bench.record({ look: (nowMs) => ({ ...settled(nowMs), disks }) });
    expect(end.state).toBe(state);
    expect(linesOf(path)[0]).toBe(`2026-03-24 13:00:00 UTC - ${words}`);
  });

  it('ends when somebody ran out of memory, or a queue does not drain', async () => {
    bench.begin();
    const killed = await bench.record({
      look: (nowMs) => {
        const { members, disks } = settled(nowMs);
        return {
          members: members.map((one) => ({ ...one, isOomKilled: one.name === 'cdb_ws' })),
          disks,
        };
      },
    });
    expect(killed).toMatchObject({ state: 'failed', why: 'OUT OF MEMORY: cdb_ws' });
    bench.files.end();
    const { path } = bench.begin({ startedAtMs: START_MS + 1_000 });
    const stalled = await bench.record({
      fromMs: START_MS + 1_000,
      waiting: (nowMs) => (nowMs > START_MS + 2 * HOUR_MS ? 1_001 : 1_000),
    });
    expect(stalled.state).toBe('failed');
    expect(linesOf(path).at(-1)).toMatch(/^2026-03-24 15:1\d:\d\d UTC - QUEUE STALLED: 1001 wait/);
  });
});

describe('failures of the catalogue', () => {
  failure(
    21,
    'octal hours: hours 08 and 09 are checked, and a check that did not run is named',
    async () => {
      const { path } = bench.begin();
      const away = new Error('the runtime does not answer');
      const isAway = (nowMs: number) =>
        nowMs >= START_MS + 20 * HOUR_MS && nowMs < START_MS + 22 * HOUR_MS;
      await bench.record({ look: (nowMs) => (isAway(nowMs) ? away : settled(nowMs)) });
      const text = textOf(path, 'hourly_checks.log');
      for (const hour of [8, 9]) expect(text).toContain(` UTC - Hour ${hour}: No restarts\n`);
      expect(text).toContain('CHECK FAILED: hour 20: the runtime does not answer');
      expect(text).toContain('CHECK MISSING: hour 21 was not checked');
      const { missingHours } = judgeSoak(readEvidence(path));
      expect(missingHours).toEqual([20, 21]);
      const padded = text.replace(/Hour (\d):/g, 'Hour 0$1:');
      expect(soakHours(readSoakLog(padded))).toEqual(soakHours(readSoakLog(text)));
    },
  );

  failure(22, 'duplicate hour labels: a second recorder is refused, and two are told', async () => {
    const io = fakeCommandIo({
      cwd: bench.root,
      env: { CDB_STATE_DIR: bench.root, HOME: bench.root },
    });
    const place = await soakPlace(new ParsedOptions({}), io);
    const lock = await place.lock();
    await expect(place.lock()).rejects.toMatchObject({ code: 'CDB-E0740', exit: 6 });
    lock.release();
    const { path } = bench.begin({ intent: 'lr030' });
    await bench.record({ untilMs: START_MS + 3 * HOUR_MS });
    const own = textOf(path, 'hourly_checks.log');
    writeFileSync(join(path, 'second_monitor.log'), own.replaceAll(':00:00 UTC', ':00:07 UTC'));
    const nowMs = START_MS + 3 * HOUR_MS;
    const verdict = superviseEarly(readEvidence(path), { intent: 'lr030', nowMs, isOver: false });
    expect(verdict).toMatchObject({
      state: 'MONITOR_DEAD',
      why: 'hours do not rise: two write there',
    });
  });

  failure(23, 'midnight fragmentation: one folder and one pointer, whatever the date', async () => {
    const { path } = bench.begin();
    await bench.record({ untilMs: START_MS + 10 * HOUR_MS });
    await bench.record({ fromMs: START_MS + 12 * HOUR_MS, untilMs: START_MS + 40 * HOUR_MS });
    await bench.record({ fromMs: START_MS + 41 * HOUR_MS });
    const names = readdirSync(join(bench.root, 'soak')).filter((name) => name.startsWith('soak_'));
    expect(names).toEqual(['soak_lr040_20260324_130000']);
    expect(bench.files.active()?.path).toBe(path);
    const days = new Set(linesOf(path).map((line) => line.slice(0, 10)));
    expect([...days]).toEqual(['2026-03-24', '2026-03-25', '2026-03-26', '2026-03-27']);
    expect(judgeSoak(readEvidence(path)).verdict).toBe('PASS');
  });

  failure(24, 'bulk restart judged as defect: share and spread decide', async () => {
    const { path } = bench.begin();
    const atMs = START_MS + 4 * HOUR_MS - 13_000;
    const end = await bench.record({ look: restarted(atMs, ...NAMES) });
    expect(end.state).toBe('inconclusive');
    expect(linesOf(path).at(-2)).toBe(
      '2026-03-24 17:00:00 UTC - ENVIRONMENT_INTERRUPTION: 12/12 SUT services restarted, spread=0s, monitor_fresh=0',
    );
    expect(readdirSync(path)).toContain('INCONCLUSIVE');
    expect(readdirSync(path)).not.toContain('FAILED');
    expect(judgeSoak(readEvidence(path)).verdict).toBe('INCONCLUSIVE');
  });

  failure(24, 'bulk restart judged as defect: one alone is one', async () => {
    const { path } = bench.begin();
    const atMs = START_MS + 4 * HOUR_MS - 13_000;
    const end = await bench.record({ look: restarted(atMs, 'cdb_risk') });
    expect(end).toEqual({ state: 'failed', why: 'SUT restart: cdb_risk' });
    expect(linesOf(path).slice(-3)).toEqual([
      '2026-03-24 17:00:00 UTC - RESTART DETECTED: cdb_risk (Up 13 seconds)',
      '2026-03-24 17:00:00 UTC - SUT_RESTART: 1/12 SUT services restarted, spread=0s, monitor_fresh=0',
      '2026-03-24 17:00:00 UTC - Hour 4: 1 restarts',
    ]);
    const verdict = superviseEarly(readEvidence(path), {
      ...{ intent: 'lr040', isOver: false },
      nowMs: START_MS + 4 * HOUR_MS,
    });
    expect(verdict.state).toBe('FAILED_EARLY');
    expect(judgeSoak(readEvidence(path)).why).toBe('it has the marker FAILED');
  });

  failure(41, '72 h soak with invalid intent: found at 0, 31 and 75 minutes', async () => {
    const { path } = bench.begin({ intent: 'lr030' });
    const looked = (minutes: number) =>
      superviseEarly(readEvidence(path), {
        ...{ intent: 'lr030', isOver: false },
        nowMs: START_MS + minutes * 60_000,
      }).state;
    expect(looked(0)).toBe('RUNNING_VALID');
    writeFileSync(join(path, 'run_intent.txt'), 'lr040\n');
    for (const minutes of [0, 31, 75]) expect(looked(minutes)).toBe('ARTIFACT_CONTRACT_BROKEN');
    expect(await bench.record()).toMatchObject({
      state: 'early',
      why: 'ARTIFACT_CONTRACT_BROKEN: run_intent.txt says "lr040", not lr030',
    });
    expect(linesOf(path)).toHaveLength(2);
  });

  failure(41, '72 h soak with invalid intent: the recorder ends at its next look', async () => {
    const cases = [
      [5, 31],
      [40, 75],
    ] as const;
    for (const [writtenMin, foundMin] of cases) {
      const startedAtMs = START_MS + writtenMin * 1_000;
      const { path } = bench.begin({ intent: 'lr030', startedAtMs });
      const end = await bench.record({
        fromMs: startedAtMs,
        waiting: (nowMs) => {
          if (nowMs >= startedAtMs + writtenMin * 60_000)
            writeFileSync(join(path, 'run_intent.txt'), 'lr040\n');
          return 0;
        },
      });
      expect(end.state).toBe('early');
      const [last] = readSoakLog(linesOf(path).at(-1) ?? '');
      expect(last?.words).toContain('EARLY FAIL: ARTIFACT_CONTRACT_BROKEN');
      expect(last?.atMs).toBe(startedAtMs + foundMin * 60_000);
      bench.files.end();
    }
  });
});
