import { describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../../../../src/engine/domain/ledger.js';
import { LEDGER_START } from '../../../../src/engine/domain/ledger.js';
import { HELD_UNKNOWN } from '../../../../src/engine/ports/run-registry.js';
import { keepLeftByCanary } from '../../../../src/main/engine/left-by-canary.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { MemoryRunRegistry } from '../../../fakes/engine/memory-run-registry.js';

const RUN = {
  ...{ runId: 'a', identity: 'mexc|shadow|1|', mode: 'shadow', feed: 'mexc BTCUSDT', seed: 1 },
  ...{ codeVersion: '', configHash: '', startedAtMs: 0 },
} as const;

function bench() {
  const registry = new MemoryRunRegistry();
  registry.add(RUN);
  registry.update('a', { canaryHeld: '0.002 BTCUSDT' });
  const events: LedgerEvent[] = [];
  const notices: string[] = [];
  const ledger = {
    append: (event: LedgerEvent) => {
      events.push(event);
      return { n: events.length, event, prev: '', hash: '' };
    },
    head: () => LEDGER_START,
    entries: () => [],
  };
  const parts = {
    ...{ registry, ledger, clock: new ManualClock() },
    onNotice: (text: string) => notices.push(text),
  };
  return { registry, events, notices, parts };
}

describe('a start while the canary of a run holds something', () => {
  it('is refused as another run, and names what goes on with it', () => {
    const { parts, registry, events } = bench();
    let refused: unknown = null;
    try {
      keepLeftByCanary({ known: null, restart: false }, parts);
    } catch (fault) {
      refused = fault;
    }
    expect(refused).toMatchObject({
      ...{ code: 'CDB-E0324', exit: 5 },
      what: 'Cannot start another run: left by canaries: 0.002 BTCUSDT (run a)',
    });
    expect(refused).toMatchObject({
      todo: expect.stringMatching(/^cdb run --shadow with the feed "mexc BTCUSDT" .*--restart/),
    });
    expect([registry.list()[0]?.canaryHeld, events]).toEqual(['0.002 BTCUSDT', []]);
  });

  it('is refused for every run that left something, or of which nobody knows', () => {
    const { parts, registry } = bench();
    registry.add({ ...RUN, runId: 'b', mode: 'paper' });
    registry.update('b', { canaryHeld: HELD_UNKNOWN });
    expect(() => {
      keepLeftByCanary({ known: null, restart: false }, parts);
    }).toThrow(
      'Cannot start another run: left by canaries: 0.002 BTCUSDT (run a), unknown, it did not end (run b)',
    );
    keepLeftByCanary({ known: null, restart: true }, parts);
    expect(registry.list().map(({ canaryHeld }) => canaryHeld)).toEqual([null, null]);
  });

  it('goes on with that very run', () => {
    const { parts, registry, events } = bench();
    keepLeftByCanary({ known: registry.newest(RUN.identity), restart: false }, parts);
    expect([registry.list()[0]?.canaryHeld, events]).toEqual(['0.002 BTCUSDT', []]);
  });

  it('gives it up where a new run is asked for by name, once and on record', () => {
    const { parts, registry, events, notices } = bench();
    for (let i = 0; i < 2; i += 1) keepLeftByCanary({ known: null, restart: true }, parts);
    expect(registry.list()[0]?.canaryHeld).toBeNull();
    expect(events).toMatchObject([
      { action: 'canary remainder given up', details: { run_id: 'a', held: '0.002 BTCUSDT' } },
    ]);
    expect(notices).toHaveLength(1);
  });
});
