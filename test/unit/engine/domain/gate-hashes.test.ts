import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { judgeGate, type GateValues } from '../../../../src/engine/domain/gate.js';
import {
  inputSnapshotHash,
  outputHash,
  policyHash,
} from '../../../../src/engine/domain/gate-hashes.js';
import { runIds } from '../../../../src/engine/domain/ids.js';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';

const LIMITS = THRESHOLD_SETS.reference.gate;
// All expected hashes were computed by the reference implementation.
const INPUT_HASH = '99c589ff7a447a7eac26a394e51b85e0daee28a29378e8dffad88ac1acdbdcd1';
const POLICY_HASH = '40e8a13867070f1ae23935ea837009d08c8a753808d68bdef59998896a8641c5';

const BASE: GateValues = {
  symbol: 'BTCUSDT',
  nowMs: 1_770_624_060_000,
  regimeId: 0,
  return1mPp: -1,
  return5mPp: -1,
  priceChange5mPp: 5,
  pctChange15mPp: 3.5,
  volume15m: 200_000,
  dailyDrawdownPp: 1,
  totalExposurePp: 10,
  slippagePp: 0.5,
  signalTsMs: 1_770_624_059_000,
  marketStateTsMs: 1_770_624_059_100,
  accountStateTsMs: 1_770_624_059_200,
  marketHealthTsMs: 1_770_624_059_300,
  lastTickTsMs: 1_770_624_059_500,
};

function snapshotHash(changes: Partial<GateValues>): string {
  const values = { ...BASE, ...changes };
  const seen = { symbol: values.symbol, gate: judgeGate(values, LIMITS) };
  return inputSnapshotHash(seen, LIMITS, nodeHash);
}

describe('gate hashes', () => {
  test('are those of the reference', () => {
    expect(snapshotHash({})).toBe(INPUT_HASH);
    expect(policyHash(LIMITS, nodeHash)).toBe(POLICY_HASH);
    const answer = {
      decision: 'ALLOW',
      reasonCode: null,
      decisionPk: 'pk',
      decisionId: 'id',
      inputHash: INPUT_HASH,
      policyHash: POLICY_HASH,
    } as const;
    expect(outputHash(answer, nodeHash)).toBe(
      '3d65fcc28e15e8b7f5e41d79c3c505241367b8f37f9c9e17e6be6c4c677412c8',
    );
    expect(runIds(nodeHash, 'any').referencePk('BTCUSDT', 1_770_624_059_000, INPUT_HASH)).toBe(
      '0beb590c-3d40-5c31-b186-982769e2e940',
    );
  });

  test('cover missing values, ties, -0 and characters outside ASCII', () => {
    expect(
      snapshotHash({
        symbol: 'é',
        regimeId: 1,
        return1mPp: -0,
        return5mPp: 1 / 2048,
        priceChange5mPp: 0.1 + 0.2,
        pctChange15mPp: 3,
        volume15m: null,
        dailyDrawdownPp: null,
        totalExposurePp: null,
        slippagePp: null,
      }),
    ).toBe('ff336b33426432a0d9102b161cbc4f8f484ea11a8091c4d269f6152b0a7b24ea');
  });

  test('leave out what the clock decides', () => {
    expect(snapshotHash({ nowMs: 1, signalTsMs: 2, lastTickTsMs: null })).toBe(INPUT_HASH);
    expect(snapshotHash({ volume15m: 200_001 })).not.toBe(INPUT_HASH);
  });

  test('change with the limits', () => {
    expect(policyHash(THRESHOLD_SETS.default.gate, nodeHash)).not.toBe(POLICY_HASH);
  });
});
