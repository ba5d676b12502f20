import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import {
  chainHash,
  EnvelopeChain,
  envelopeChainHash,
  envelopeFaults,
  eventHash,
  GENESIS_CHAIN_HASH,
} from '../../../../src/engine/domain/envelope.js';
import {
  isExactObject,
  readExactJson,
  type ExactObject,
} from '../../../../src/engine/domain/exact-json.js';

const RECORDED = {
  event_id: 'dec-001',
  event_type: 'DECISION',
  payload: { decision: 'ALLOW', symbol: 'BTCUSDT', reason_code: null, regime_id: 1 },
  policy_hash: 'a1b2c3d4',
  policy_id: 'risk_policy_v1',
  schema_version: 'envelope.v1',
  ts_ms: 1700000000000,
};
// Both hashes belong to the recorded event above; the reference computed them.
const EVENT_HASH = '59abe1e7f280d5fbe5399e1254408d157ec8430a2a4147fec0f7e6d7f00c3c6c';
const CHAIN_HASH = 'e003d266e5f27112cbd1aeed6d2c761eb557b692ae5f7aa1201defefc83cf0bd';

function envelope(changes: Readonly<Record<string, unknown>> = {}): ExactObject {
  const read = readExactJson(JSON.stringify({ ...RECORDED, ...changes }));
  if (!read.ok || !isExactObject(read.value)) throw new Error('not an object');
  return read.value;
}

describe('hashes of an envelope', () => {
  test('are those of the reference', () => {
    expect(eventHash(envelope(), nodeHash)).toBe(EVENT_HASH);
    expect(chainHash(GENESIS_CHAIN_HASH, EVENT_HASH, nodeHash)).toBe(CHAIN_HASH);
  });

  test('tell 1 from 1.0', () => {
    const read = readExactJson(
      JSON.stringify(RECORDED).replace('"regime_id":1', '"regime_id":1.0'),
    );
    const other = read.ok && isExactObject(read.value) ? eventHash(read.value, nodeHash) : '';
    expect(other).toMatch(/^[0-9a-f]{64}$/);
    expect(other).not.toBe(EVENT_HASH);
  });

  test('differ between the rolling chain and the list', () => {
    const list = envelopeChainHash([EVENT_HASH], nodeHash);
    expect(list).toBe(nodeHash.sha256Hex(`["${EVENT_HASH}"]`));
    expect(list).not.toBe(CHAIN_HASH);
  });
});

describe('envelopeFaults', () => {
  test('accepts an old record and a new one', () => {
    expect(envelopeFaults(envelope())).toEqual([]);
    expect(
      envelopeFaults(
        envelope({
          created_at: '2023-11-14T22:13:20.000Z',
          correlation_id: 'c',
          decision_context: {},
          replay_envelope_index: 0,
        }),
      ),
    ).toEqual([]);
  });

  test.each([
    [{ schema_version: 'envelope.v2' }, 'schema_version'],
    [{ schema_version: undefined }, 'schema_version'],
    [{ event_type: 'CANCEL' }, 'event_type'],
    [{ event_id: '' }, 'event_id'],
    [{ event_id: 7 }, 'event_id'],
    [{ payload: [] }, 'payload'],
    [{ ts_ms: '1700000000000' }, 'ts_ms'],
    [{ ts_ms: 1.5 }, 'ts_ms'],
    [{ ts_ms: -1 }, 'ts_ms'],
    [{ created_at: '2023-11-14T22:13:20.001Z' }, 'created_at'],
    [{ trace_id: 5 }, 'trace_id'],
    [{ policy_snapshot: 'x' }, 'policy_snapshot'],
  ])('names what is wrong in %j', (changes, member) => {
    expect(envelopeFaults(envelope(changes))).toEqual([expect.stringContaining(member)]);
  });

  test('lists every fault at once', () => {
    expect(envelopeFaults(envelope({ event_type: 1, payload: 1, ts_ms: null }))).toHaveLength(3);
    expect(envelopeFaults([])).toEqual(['the envelope must be an object']);
  });
});

describe('EnvelopeChain', () => {
  test('links each event to all before it', () => {
    const chain = new EnvelopeChain(nodeHash);
    expect(chain.add(envelope())).toEqual({
      ok: true,
      eventHash: EVENT_HASH,
      chainHash: CHAIN_HASH,
    });
    const second = envelope({ event_id: 'dec-002' });
    expect(chain.add(second)).toMatchObject({ ok: true });
    expect(chain.chainHash).toBe(chainHash(CHAIN_HASH, eventHash(second, nodeHash), nodeHash));
  });

  test('refuses a repeated id, time that goes back and a bad envelope, and stays as it was', () => {
    const chain = new EnvelopeChain(nodeHash);
    chain.add(envelope());
    for (const bad of [
      envelope({ ts_ms: 1700000000001 }),
      envelope({ event_id: 'dec-002', ts_ms: 1699999999999 }),
      envelope({ event_id: 'dec-003', schema_version: 'envelope.v9' }),
    ]) {
      expect(chain.add(bad)).toMatchObject({ ok: false });
    }
    expect(chain.chainHash).toBe(CHAIN_HASH);
  });
});
