import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/doctor/checks.js';
import { freshPass } from '../../../src/doctor/report/fresh-pass.js';
import { keptReport } from './kept-report.js';

const ASKED = {
  stateDir: '/nowhere/.cdb',
  nowMs: Date.parse('2026-02-09T15:30:00Z'),
  notBeforeMs: Date.parse('2026-02-09T15:00:00Z'),
  checkIds: CHECKS.map(({ id }) => id),
};

describe('a kept report', () => {
  test.each(['PASS', 'WARN'])('that says %s vouches for an hour', (status) => {
    const json = keptReport({ status });
    expect(freshPass(json, ASKED)).toMatchObject({ state: 'pass' });
    const at = (minutes: number) => Date.parse('2026-02-09T15:15:00Z') + minutes * 60_000;
    expect(freshPass(json, { ...ASKED, nowMs: at(60) }).state).toBe('pass');
    expect(freshPass(json, { ...ASKED, nowMs: at(60) + 1 }).state).toBe('no');
  });

  test.each([
    ['says FAIL', { status: 'FAIL' }, /says FAIL: BLOCKER /],
    ['is older than the halt', { observed_at: '2026-02-09T14:59:59.000Z' }, /before what is/],
    ['is of tomorrow', { observed_at: '2026-02-10T15:00:00.000Z' }, /time to come/],
    ['is of another directory', { stateDir: '/elsewhere/.cdb' }, /another state directory/],
    ['left out what is away', { is_whole: false }, /not of the whole system \(--offline\)/],
    ['lacks a check', { without: 'safety.drill' }, /whole system \(safety\.drill\)/],
    ['is of another command', { schema: 'cdb.doctor/1' }, /cannot be understood/],
    ['says something else', { status: 'FINE' }, /cannot be understood/],
  ])('that %s vouches for nothing', (_, change, why) => {
    const pass = freshPass(keptReport(change), ASKED);
    expect(pass).toMatchObject({ state: 'no', why: expect.stringMatching(why) as string });
  });

  test('that is not there, or no JSON, vouches for nothing', () => {
    expect(freshPass(null, ASKED).state).toBe('missing');
    expect(freshPass('{', ASKED).state).toBe('no');
  });
});
