import { describe, expect, test } from 'vitest';
import { EARLY_STATES, superviseEarly } from '../../../../src/doctor/soak/early-fail.js';
import type { SoakEvidence } from '../../../../src/doctor/soak/soak-evidence.js';
import { hourlyLog, START_MS, whole } from './evidence.js';

const MINUTE_MS = 60_000;

function verdict(change: Partial<SoakEvidence>, minutes = 75) {
  const evidence = whole({
    folder: 'soak_lr030_20260401_100000',
    intent: 'lr030',
    log: hourlyLog(1),
    ...change,
  });
  const nowMs = START_MS + minutes * MINUTE_MS;
  return superviseEarly(evidence, { intent: 'lr030', nowMs, isOver: false });
}

const line = (words: string) => `${hourlyLog(1)}2026-04-01 11:00:01 UTC - ${words}\n`;
const SUT = 'SUT_RESTART: 1/12 SUT services restarted, spread=0s, monitor_fresh=0';
const ALONE = 'RESTART DETECTED: cdb_risk (Up 13 seconds)';
const BULK = 'ENVIRONMENT_INTERRUPTION: 12/12 SUT services restarted, spread=1s, monitor_fresh=1';
const PROBE = { order_result_found: true, order_result: { status: 'FILLED', filled_quantity: 1 } };

const CASES: readonly (readonly [(typeof EARLY_STATES)[number], Partial<SoakEvidence>])[] = [
  ['ARTIFACT_CONTRACT_BROKEN', { folder: 'soak_lr040_20260401_100000' }],
  ['ARTIFACT_CONTRACT_BROKEN', { folder: 'soak_lr030' }],
  ['ARTIFACT_CONTRACT_BROKEN', { intent: null }],
  ['ARTIFACT_CONTRACT_BROKEN', { intent: 'lr040' }],
  ['FAILED_EARLY', { isFailed: true }],
  ['FAILED_EARLY', { log: line(SUT) }],
  ['FAILED_EARLY', { log: line(ALONE) }],
  ['INCONCLUSIVE_EARLY', { isInconclusive: true }],
  ['INCONCLUSIVE_EARLY', { log: line(BULK) }],
  ['INVALID_EVIDENCE', { texts: new Map([['evidence_index.json', '{"run":"{{RUN_ID}}"}']]) }],
  ['INVALID_EVIDENCE', { texts: new Map([['notes.md', 'commit ${GIT_SHA}']]) }],
  ['INVALID_EVIDENCE', { probe: JSON.stringify(PROBE) }],
  ['INVALID_EVIDENCE', { probe: '{' }],
  ['MONITOR_DEAD', { log: hourlyLog(1) + hourlyLog(1) }],
  ['RUNNING_VALID', {}],
];

describe('the supervisor of a long run', () => {
  test.each(CASES)('%s: %j', (state, change) => {
    expect(verdict(change).state).toBe(state);
  });

  test('misses the hourly log after 75 minutes, and not before', () => {
    expect(verdict({ log: null }, 75).state).toBe('RUNNING_VALID');
    expect(verdict({ log: null }, 76)).toMatchObject({
      state: 'MONITOR_DEAD',
      why: 'no hourly line for 76 min',
    });
    expect(verdict({ log: hourlyLog(3) }, 3 * 60 + 75).state).toBe('RUNNING_VALID');
    expect(verdict({ log: hourlyLog(3) }, 3 * 60 + 76).state).toBe('MONITOR_DEAD');
  });

  test('tells the worst first, and all the rest', () => {
    const all = CASES.reduce<Partial<SoakEvidence>>(
      (sum, [, change]) => ({ ...sum, ...change }),
      {},
    );
    const { state, found } = verdict({ ...all, folder: 'soak_lr040_20260401_100000' });
    expect(state).toBe('ARTIFACT_CONTRACT_BROKEN');
    expect(new Set(found.map((one) => one.state))).toEqual(
      new Set(EARLY_STATES.filter((one) => one !== 'RUNNING_VALID')),
    );
  });

  test('takes an interruption for what explains single restarts', () => {
    expect(verdict({ log: `${line(ALONE)}${line(BULK)}` }).found).not.toContainEqual(
      expect.objectContaining({ state: 'FAILED_EARLY' }),
    );
  });
});
