import { describe, expect, test } from 'vitest';
import { judgeSoak } from '../../../../src/doctor/soak/soak-gate.js';
import { hourlyLog, snapshots, whole } from './evidence.js';

const RESTART = '2026-04-02 10:00:00 UTC - RESTART DETECTED: cdb_risk (Up 13 seconds (healthy))\n';
const BULK =
  '2026-04-02 10:00:00 UTC - ENVIRONMENT_INTERRUPTION: 12/12 SUT services restarted, spread=1s, monitor_fresh=1\n';

describe('the gate of the 72 h soak', () => {
  test('passes what met everything, with its figures', () => {
    const result = judgeSoak(whole());
    expect(result).toMatchObject({ schema_version: '1.1', verdict: 'PASS', why: '' });
    expect(result.figures).toMatchObject({ hours: 72, hourlyLines: 73, snapshots: 2 });
    expect(result.figures.memoryGrowthPp).toBeCloseTo(1.61);
    expect(result.figures.cpuMeanPercent).toBe(2);
  });

  test.each([
    ['no hourly log', { log: null }, /hourly_log_present/],
    ['71 h', { log: hourlyLog(71) }, /duration_gte_72h: 71\.00 h/],
    ['the FAILED marker', { isFailed: true }, /marker FAILED/],
    ['both markers', { isFailed: true, isInconclusive: true }, /^conflicting_markers$/],
    ['a restart', { log: `${hourlyLog(72)}${RESTART}` }, /no_restart_alerts: 1/],
    ['hours that two wrote', { log: hourlyLog(72) + hourlyLog(72) }, /hours_rising/],
    [
      '10 pp more memory',
      { resources: snapshots([10, 20], [11, 30]) },
      /memory_growth.*\+10\.00 pp/,
    ],
    ['one snapshot', { resources: snapshots([10, 20]) }, /snapshots_gte_2: 1/],
    ['no snapshot', { resources: null }, /memory_growth_lt_10pp: not measured/],
    ['a file that nobody could read', { unreadable: ['x.log: EACCES'] }, /evidence_readable: x/],
  ])('fails %s', (_, change, why) => {
    const result = judgeSoak(whole(change));
    expect(result.verdict).toBe('FAIL');
    expect(result.why).toMatch(why);
  });

  test.each([
    ['the marker', { isInconclusive: true }],
    ['the line', { log: `${hourlyLog(20)}${RESTART}${BULK}` }],
  ])('draws no conclusion from an interruption, told by %s', (_, change) => {
    expect(judgeSoak(whole(change)).verdict).toBe('INCONCLUSIVE');
  });

  test.each([['lr030\n'], ['LR040'], [''], [null]])('does not apply to intent %j', (intent) => {
    expect(judgeSoak(whole({ intent })).verdict).toBe('NOT_APPLICABLE');
  });

  test('names hours that were not checked, which alone are no failure', () => {
    const log = hourlyLog(7) + hourlyLog(72, 10);
    expect(judgeSoak(whole({ log }))).toMatchObject({ verdict: 'PASS', missingHours: [8, 9] });
  });
});
