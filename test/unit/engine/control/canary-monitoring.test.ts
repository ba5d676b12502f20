import { describe, expect, it } from 'vitest';
import {
  initialMonitoring,
  lookAtMonitoring,
  unwatchedTriggers,
} from '../../../../src/engine/control/canary-monitoring.js';

/** Looks one second apart. @returns what was wrong at each */
function looks(seen: readonly { readonly trouble?: string; readonly scrapes?: number }[]) {
  const state = initialMonitoring();
  return seen.map(({ trouble = null, scrapes = 0 }, i) =>
    lookAtMonitoring(state, { monotonicMs: i * 1_000, trouble, scrapes }).map(
      ({ trigger, detail }) => `${trigger}: ${detail}`,
    ),
  );
}

describe('the monitoring of a canary', () => {
  it('is down at the third look in a row that finds no answer, and as long as that lasts', () => {
    const gone = { trouble: 'ECONNREFUSED' };
    const down = ['monitoring_down: the metrics do not answer: ECONNREFUSED'];
    expect(looks([gone, gone, {}, gone, gone, gone, gone, {}])).toEqual([
      ...[[], [], [], [], []],
      ...[down, down, []],
    ]);
  });

  it('misses a scraper two minutes after its last scrape, and no more once it is back', () => {
    const quiet = Array.from({ length: 121 }, () => ({ scrapes: 1 }));
    const found = looks([{ scrapes: 0 }, ...quiet, { scrapes: 1 }, { scrapes: 2 }]);
    const silent = (sec: number) => [
      `prometheus_down: nobody has scraped the metrics for ${sec} s`,
    ];
    expect(found.slice(0, 121).flat()).toEqual([]);
    expect(found.slice(121)).toEqual([silent(120), silent(121), []]);
  });

  it('does not miss a scraper that never came', () => {
    expect(looks(Array.from({ length: 999 }, () => ({}))).flat()).toEqual([]);
  });

  it('never claims to find out an incident of credentials, nor anything without metrics', () => {
    expect(unwatchedTriggers(true)).toEqual(['credential_incident']);
    expect(unwatchedTriggers(false)).toEqual([
      ...['credential_incident', 'monitoring_down', 'prometheus_down'],
    ]);
  });
});
