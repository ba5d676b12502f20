import { describe, expect, it } from 'vitest';
import { portFaults } from '../../../src/doctor/config/port-faults.js';
import type { StackVariables, ThresholdsInForce } from '../../../src/doctor/config/facts.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../src/engine/domain/thresholds.js';
import { findingOf } from './readings.js';

const NOTHING: StackVariables = { values: {}, addresses: [] };

function variables(given: Readonly<Record<string, string>>): StackVariables {
  const values = Object.entries(given).map(([name, text]) => {
    return [name, { text, origin: `env ${name}` }] as const;
  });
  return { ...NOTHING, values: Object.fromEntries(values) };
}

function inForce(change: Partial<Thresholds>, mode: ThresholdsInForce['mode'] = 'shadow') {
  const set = 'default' as const;
  return { mode, set, values: { ...THRESHOLD_SETS[set], ...change } };
}

describe('config.units', () => {
  it.each([
    ['MAX_POSITION_PCT', '1', 'OK'],
    ['MAX_POSITION_PCT', '1.01', 'FAIL'],
    ['MAX_POSITION_PCT', '0', 'FAIL'],
    ['MAX_POSITION_PCT', '', 'FAIL'],
    ['MAX_POSITION_PCT', 'NaN', 'FAIL'],
    ['MAX_POSITION_PCT', '0.2', 'OK'],
    ['MAX_POSITION_PCT', '0.001', 'WARN'],
    ['SIGNAL_THRESHOLD_PCT', '3.0', 'OK'],
    ['SIGNAL_THRESHOLD_PCT', '0.005', 'OK'],
    ['SIGNAL_THRESHOLD_PCT', '0.03', 'WARN'],
    ['ALLOCATION_RULES_JSON', '{"paper":{"TREND":30}}', 'FAIL'],
    ['ALLOCATION_RULES_JSON', '{', 'FAIL'],
  ])('%s=%s is %s', async (name, text, status) => {
    const stackVariables = variables({ [name]: text });
    expect(await findingOf('config.units', { stackVariables })).toMatchObject({ status });
  });

  it('is content with both shipped sets', async () => {
    for (const set of ['default', 'reference'] as const) {
      const thresholds = { mode: 'paper' as const, set, values: THRESHOLD_SETS[set] };
      const facts = { stackVariables: NOTHING, thresholds };
      expect(await findingOf('config.units', facts)).toMatchObject({ status: 'OK' });
    }
  });
});

describe('config.threshold_asymmetry', () => {
  it.each([
    [0.001, 'WARN'],
    [0.0011, 'OK'],
    [0, 'WARN'],
  ])('a signal from %d pp is %s', async (thresholdPp, status) => {
    const { signal } = THRESHOLD_SETS.default;
    const thresholds = inForce({ signal: { ...signal, thresholdPp } });
    const facts = { stackVariables: NOTHING, thresholds };
    expect(await findingOf('config.threshold_asymmetry', facts)).toMatchObject({ status });
    const breakout = { ...signal, thresholdPp, adapter: 'primary_breakout_v1' as const };
    const others = { stackVariables: NOTHING, thresholds: inForce({ signal: breakout }) };
    expect(await findingOf('config.threshold_asymmetry', others)).toMatchObject({ status: 'SKIP' });
  });
});

describe('config.auto_unwind', () => {
  it('asks nothing of shadow mode, and of no live stack', async () => {
    const { risk } = THRESHOLD_SETS.default;
    const off = { risk: { ...risk, autoUnwind: false } };
    const id = 'config.auto_unwind';
    const shadow = { stackVariables: NOTHING, thresholds: inForce(off) };
    expect(await findingOf(id, shadow)).toMatchObject({ status: 'SKIP' });
    const paper = { stackVariables: NOTHING, thresholds: inForce(off, 'paper') };
    expect(await findingOf(id, paper)).toMatchObject({ status: 'WARN' });
    const live = variables({ MAX_POSITION_PCT: '0.1', MOCK_TRADING: 'false' });
    expect(await findingOf(id, { stackVariables: live })).toMatchObject({ status: 'SKIP' });
  });
});

describe('portFaults', () => {
  const addresses = (...pairs: readonly (readonly [string, number])[]) =>
    pairs.map(([service, port]) => ({ service, url: `http://127.0.0.1:${port}` }));

  it.each([
    [[['signal', 8005]], []],
    [[['cdb_signal', 8001]], ['cdb_signal is asked at port 8001']],
    [[['allocation', 8005]], ['allocation is asked at port 8005']],
    [
      [
        ['signal', 8005],
        ['risk', 8005],
      ],
      ['signal and risk are both asked at 127.0.0.1:8005'],
    ],
  ] as const)('%j', (asked, faults) => {
    const found = portFaults({ values: {}, addresses: addresses(...asked) });
    expect(found.length).toBe(faults.length);
    faults.forEach((words, at) => {
      expect(found[at]).toContain(words);
    });
  });
});
