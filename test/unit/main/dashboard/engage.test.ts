import { describe, expect, test } from 'vitest';
import { engagedOverlay } from '../../../../src/main/dashboard/engage.js';

const WRITTEN = {
  place: 'latch file',
  written: 'record',
  level: 'HALTED',
  failures: [],
};
const DATA = {
  level: 'HALTED',
  places: [WRITTEN],
  engine: { state: 'acknowledged', pid: 7, ack_ms: 11, why: '', said: {} },
  engines: [],
  host_ms: { called: 100, latched: 108, acknowledged: 119 },
  partial: null,
};

function overlay(data: object) {
  return engagedOverlay({ status: 0, stdout: JSON.stringify({ data }), stderr: '' });
}

describe('what is shown of a stop', () => {
  test('every place and every engine with its time', () => {
    expect(overlay(DATA)).toEqual({
      kind: 'kill',
      state: 'stopped',
      lines: [
        { who: 'level', words: 'HALTED', isWell: true, ms: null },
        { who: 'latch file', words: 'written', isWell: true, ms: 8 },
        { who: 'engine (pid 7)', words: 'acknowledged', isWell: true, ms: 11 },
      ],
    });
  });

  test('a place that failed and an engine that did not confirm are no success', () => {
    const redis = { place: 'Redis', written: null, level: null, failures: ['timeout'], ms: 1000 };
    const remote = { engine: 'b:9:x', state: 'not-confirmed', ack_ms: null };
    const { state, lines } = overlay({
      ...DATA,
      places: [WRITTEN, redis],
      engines: [remote],
      partial: 'PARTIAL: Redis was not told',
    });
    expect(state).toBe('partial');
    expect(lines.filter(({ isWell }) => !isWell)).toEqual([
      { who: 'Redis', words: 'FAILED: timeout', isWell: false, ms: 1000 },
      { who: 'b:9:x', words: 'not-confirmed', isWell: false, ms: null },
      { who: 'PARTIAL', words: 'PARTIAL: Redis was not told', isWell: false, ms: null },
    ]);
  });

  test('a stop that is less than a halt is not told as one', () => {
    const { lines } = overlay({ ...DATA, level: 'REDUCING' });
    expect(lines[0]).toMatchObject({ words: 'REDUCING', isWell: false });
  });

  test('an error is shown whole, and never as a stop', () => {
    const stderr = 'error CDB-E0302: Cannot engage\ncause: disk full\nfix:   kill -9 7\n';
    for (const stdout of ['', 'no JSON', '{"data":{}}']) {
      const { state, lines } = engagedOverlay({ status: 4, stdout, stderr });
      expect(state).toBe('failed');
      expect(lines.map(({ words }) => words)).toEqual(
        expect.arrayContaining(['error CDB-E0302: Cannot engage', 'fix:   kill -9 7']),
      );
    }
  });
});
