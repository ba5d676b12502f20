import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../../src/adapters/node-hash.js';
import { canonicalJson, PLAIN_STYLE } from '../../../../../src/engine/domain/canonical-json.js';
import { verifyBundle } from '../../../../../src/engine/domain/decision-bundle/verify-bundle.js';
import { readVectors } from '../../../../fixtures/vectors/read-vectors.js';

const BUNDLES = readVectors('decision_contract_v1.json').flatMap((vector) => {
  const bundle = vector.get('bundle');
  return bundle === undefined ? [] : [bundle];
});
const ALLOWING = BUNDLES.map((bundle) => canonicalJson(bundle, PLAIN_STYLE)).find((json) =>
  json.includes('"decision":1'),
);

function refusal(json: string): string | undefined {
  const verified = verifyBundle(json, nodeHash);
  return verified.ok ? undefined : verified.what;
}

describe('verifyBundle', () => {
  test('accepts every recorded bundle, as value and as text', () => {
    expect(BUNDLES.length).toBeGreaterThan(200);
    for (const bundle of BUNDLES) {
      expect(verifyBundle(bundle, nodeHash).ok).toBe(true);
      expect(verifyBundle(canonicalJson(bundle, PLAIN_STYLE), nodeHash).ok).toBe(true);
    }
  });

  test('returns the rebuilt bundle to compare an order with', () => {
    const verified = verifyBundle(ALLOWING ?? '', nodeHash);
    expect(verified).toMatchObject({ ok: true, bundle: { decision: 1, json: ALLOWING } });
  });

  test.each([
    ['another quantity', /"quantity":"[\d.]+"/, '"quantity":"0.00000001"'],
    ['another limit', /"max_notional_usdt":"\d+/, '"max_notional_usdt":"9'],
    ['a decision that is true instead of 1', '"decision":1', '"decision":true'],
    ['a decision that is 1.0 instead of 1', '"decision":1', '"decision":1.0'],
    ['a reason that was added', '"reason_codes":[]', '"reason_codes":["RC_LIMIT_NOTIONAL"]'],
    ['another hash', /"input_hash":"./, '"input_hash":"z'],
    ['one more output member', '"metrics":{', '"more":null,"metrics":{'],
    ['another contract', '"contract_version":"v1","input"', '"contract_version":"v2","input"'],
    ['an input that is no contract', '"run_mode":"', '"run_mode":null,"x":"'],
    ['no output', '"output":', '"outputs":'],
    ['no input', '"input":{', '"inputs":{'],
    ['a cut-off text', /.$/, ''],
  ])('refuses %s', (_, from, to) => {
    const changed = (ALLOWING ?? '').replace(from, to);
    expect(changed).not.toBe(ALLOWING);
    expect(refusal(changed)).toMatch(/\S/);
  });

  test('refuses what is no object', () => {
    for (const value of ['null', '[]', '1', '"x"', '']) expect(refusal(value)).toMatch(/\S/);
  });
});
