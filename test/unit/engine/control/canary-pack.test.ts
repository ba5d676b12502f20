import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import {
  judgePack,
  packFiles,
  type LockedFacts,
  type PackInput,
} from '../../../../src/engine/control/canary-pack.js';

const AT_MS = Date.UTC(2026, 1, 9, 15);
const FACTS: LockedFacts = {
  planHash: 'plan',
  configHash: 'config',
  flagsHash: 'flags',
  cdb: 'build',
  engine: '7 run',
};
const captured = { source: 'test', capturedUtc: '2026-02-09T15:00:00.000Z', response: { a: 1 } };
const INPUT: PackInput = {
  atUtc: new Date(AT_MS).toISOString(),
  operator: 'ann',
  runId: 'run',
  commit: 'abc',
  decision: 'GO',
  rationale: 'all is well',
  artifactPath: '/proofs',
  planText: 'venue: paper\n',
  facts: FACTS,
  killSwitch: { ...captured, active: false },
  execution: { ...captured, mode: 'mock' },
  risk: { ...captured, circuitBreaker: false },
};
const NOW = { facts: FACTS, atMs: AT_MS + 60_000 };
const FILES = packFiles(INPUT, nodeHash);
const faults = (files = FILES, now = NOW) => judgePack(files, now, nodeHash).lockFaults;

describe('the prestart pack', () => {
  it('holds where nothing changed', () => {
    expect(judgePack(FILES, NOW, nodeHash)).toEqual({ lockFaults: [], decision: 'GO' });
    expect(Object.keys(FILES).sort()).toEqual([
      'decision_record.json',
      'endpoints/execution_status.json',
      'endpoints/kill_switch_status.json',
      'endpoints/risk_status.json',
      'manifest.json',
      'plan.yaml',
      'prestart_evidence_lock.json',
    ]);
  });

  it.each(Object.keys(FILES))('does not hold when %s is another, or gone', (name) => {
    expect(faults({ ...FILES, [name]: `${FILES[name] ?? ''} ` })).toEqual(
      // The manifest is what all others are compared with, and blanks in it mean nothing.
      name === 'manifest.json' ? [] : [`${name} is not what the manifest says`],
    );
    const { [name]: gone, ...rest } = FILES;
    expect(gone).toBeDefined();
    expect(faults(rest).length).toBeGreaterThan(0);
  });

  it('does not hold with a file that nobody listed', () => {
    expect(faults({ ...FILES, 'more.json': '{}' })).toEqual([
      'more.json is not what the manifest says',
    ]);
  });

  it.each(Object.keys(FACTS))('does not hold when %s changed after the lock', (name) => {
    const now = { ...NOW, facts: { ...FACTS, [name]: 'another' } };
    expect(faults(FILES, now)).toEqual([`changed after the lock: ${name}`]);
  });

  it('does not hold after a day, or before it was made', () => {
    for (const atMs of [AT_MS + 24 * 3_600_000 + 1, AT_MS - 1]) {
      expect(faults(FILES, { ...NOW, atMs })).toEqual(['it was not locked within the last 24 h']);
    }
  });

  it('does not hold for what was not safe when it was taken', () => {
    const bad: PackInput = {
      ...INPUT,
      killSwitch: { ...INPUT.killSwitch, active: true },
      execution: { ...INPUT.execution, mode: 'live' },
      risk: { ...INPUT.risk, circuitBreaker: true },
    };
    expect(faults(packFiles(bad, nodeHash))).toEqual([
      'the kill switch was active',
      'execution was not mock',
      'a breaker was open',
    ]);
  });
});
