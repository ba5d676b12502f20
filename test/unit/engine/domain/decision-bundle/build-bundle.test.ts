import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../../src/adapters/node-hash.js';
import { canonicalJson, PLAIN_STYLE } from '../../../../../src/engine/domain/canonical-json.js';
import { buildBundle } from '../../../../../src/engine/domain/decision-bundle/build-bundle.js';
import { readExactJson, type ExactJson } from '../../../../../src/engine/domain/exact-json.js';
import { readVectors, text } from '../../../../fixtures/vectors/read-vectors.js';

const VECTORS = readVectors('decision_contract_v1.json');
const REFUSED = VECTORS.filter((vector) => vector.has('error'));

/** A contract that the reference allows. */
const CONTRACT = {
  run_mode: 'paper',
  order: {
    symbol: 'BTCUSDT',
    side: 'BUY',
    quantity: '0.5',
    price_ref: '100',
    timestamp_input_ms: 1_783_261_009_722,
    reduce_only: false,
  },
  account_state: { balance_usdt: '1000', total_exposure_usdt: '0', daily_drawdown_pct: '0' },
  open_positions: {},
  risk_policy: {
    max_notional_usdt: '100',
    max_total_exposure_usdt: '300',
    max_daily_drawdown_pct: '5',
  },
};

function exact(json: string): ExactJson {
  const read = readExactJson(json);
  if (!read.ok) throw new Error(read.fault.what);
  return read.value;
}

function built(changes: Readonly<Record<string, unknown>> | string = {}) {
  const json = typeof changes === 'string' ? changes : JSON.stringify({ ...CONTRACT, ...changes });
  return buildBundle(exact(json), nodeHash);
}

function noBundle(): never {
  throw new Error('no bundle');
}

function inputOf(changes: Readonly<Record<string, unknown>>) {
  const result = built(changes);
  return result.ok ? result.bundle.input : result.error;
}

function faultOf(changes: Readonly<Record<string, unknown>>): string | undefined {
  const result = built(changes);
  return result.ok ? undefined : result.error.field;
}

/** The member that a message of the reference opens with. */
function namedField(message: string): string {
  return /^(.*?) (?:must|is|object is) /.exec(message)?.[1] ?? '';
}

describe('buildBundle on the recorded contracts', () => {
  test.each(VECTORS.filter((vector) => vector.has('bundle')).map((v) => [text(v.get('name')), v]))(
    'gives the same bytes for %j',
    (_, vector) => {
      const result = buildBundle(vector.get('input') ?? null, nodeHash);
      expect(result.ok && result.bundle.json).toBe(
        canonicalJson(vector.get('bundle') ?? null, PLAIN_STYLE),
      );
    },
  );

  test.each(REFUSED.map((vector) => [text(vector.get('name')), vector]))(
    'refuses %j and names the same member',
    (_, vector) => {
      const result = buildBundle(vector.get('input') ?? null, nodeHash);
      const message = text(vector.get('error'));
      expect(result.ok).toBe(false);
      if (result.ok || message.startsWith('uncaught')) return;
      expect(result.error.field).toBe(namedField(message));
    },
  );

  test('covers all of them', () => {
    expect(VECTORS).toHaveLength(279);
    expect(VECTORS.length - REFUSED.length).toBeGreaterThan(200);
    expect(namedField('order object is required')).toBe('order');
    expect(namedField('open_positions[0] must be object, got int')).toBe('open_positions[0]');
  });
});

describe('buildBundle', () => {
  test('says what was judged, beside the text', () => {
    const result = built();
    expect(result).toMatchObject({
      ok: true,
      bundle: { decision: 1, reasonCodes: [], input: { symbol: 'BTCUSDT', qtyE8: 50_000_000n } },
    });
    const { inputHash, decisionHash, json } = result.ok ? result.bundle : noBundle();
    expect(inputHash).toMatch(/^[0-9a-f]{64}$/);
    expect(json).toContain(`"input_hash":"${inputHash}"`);
    expect(json).toContain(`"decision_hash":"${decisionHash}"`);
  });

  // Beyond the recorded cases; each was compared with the reference.
  test('prints other values where the reference wants text', () => {
    const order = { ...CONTRACT.order, symbol: [1, 'a', null], side: true };
    const context = { source: null, signal_id: 1.5, bot_id: { k: false } };
    expect(inputOf({ order, context, run_mode: 'ΑΣ' })).toMatchObject({
      symbol: "[1, 'a', None]",
      side: 'TRUE',
      runMode: 'ας',
      context: { source: 'None', signalId: '1.5', strategyId: '', botId: "{'k': False}" },
    });
  });

  test('keeps positions apart that have the same symbol, in the order they came', () => {
    const quantities = (open_positions: unknown) => {
      const input = inputOf({ open_positions });
      return 'openPositions' in input ? input.openPositions.map(({ qtyE8 }) => qtyE8) : input;
    };
    const one = 100_000_000n;
    expect(quantities({ ' a ': '1', b: 3, a: '2' })).toEqual([one, 2n * one, 3n * one]);
    expect(
      quantities([
        { symbol: '\u{1F600}', quantity: 1 },
        { symbol: '\uffee', quantity: 2 },
      ]),
    ).toEqual([2n * one, one]);
  });

  test('reads timestamps as the reference does', () => {
    const stamp = (timestamp_input_ms: unknown) => {
      const input = inputOf({ order: { ...CONTRACT.order, timestamp_input_ms } });
      return 'timestampInputMs' in input ? input.timestampInputMs : input.field;
    };
    expect([' +5 ', '-0', '\u0663', '1'.repeat(40)].map(stamp)).toEqual([
      5n,
      0n,
      3n,
      BigInt('1'.repeat(40)),
    ]);
    for (const bad of ['\u00b2', '1_0', '+', '+-5', '+ 5', '1.0', 1.5, null, [], 'x']) {
      expect(stamp(bad), String(bad)).toBe('order.timestamp_input_ms');
    }
  });

  test('names the first wrong member in the order of the reference', () => {
    const order = { ...CONTRACT.order, quantity: 'x', side: '' };
    expect(faultOf({ order, run_mode: ' ', risk_policy: 1 })).toBe('risk_policy');
    expect(faultOf({ order, run_mode: ' ' })).toBe('run_mode');
    expect(faultOf({ order, system_config: [] })).toBe('order.side');
    expect(faultOf({ order: { ...order, symbol: '' } })).toBe('order.side');
    expect(faultOf({ system_config: { z: 1.5, a: 2.5 } })).toBe('system_config.a');
    expect(faultOf({ open_positions: { ' a': 'x' } })).toBe('open_positions.a.quantity');
    expect(faultOf({ open_positions: [{ quantity: 1 }] })).toBe('open_positions[0].symbol');
    expect(faultOf({ open_positions: '' })).toBe('open_positions');
  });

  test('refuses what the reference fails on, and says which member', () => {
    const huge = { ...CONTRACT.order, quantity: '9'.repeat(20), price_ref: '10' };
    expect(faultOf({ order: huge })).toBe('metrics.order_notional_usdt');
    const account = { ...CONTRACT.account_state, total_exposure_usdt: '9'.repeat(20) };
    const order = { ...CONTRACT.order, quantity: '9'.repeat(19) };
    expect(faultOf({ order, account_state: account })).toBe('metrics.order_notional_usdt');
    expect(
      faultOf({
        order: { ...CONTRACT.order, quantity: '1', price_ref: '1' },
        account_state: account,
      }),
    ).toBe('metrics.projected_exposure_usdt');
    expect(faultOf({ order: { ...CONTRACT.order, symbol: '\ud800' } })).toBe('order.symbol');
    expect(faultOf({ system_config: { ok: 'x', '\udfff': 1 } })).toBe('system_config.\udfff');
    expect(faultOf({ system_config: { list: ['\ud800'] } })).toBeUndefined();
  });
});
