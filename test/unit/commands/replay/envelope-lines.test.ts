import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { envelopeLines } from '../../../../src/commands/replay/envelope-lines.js';
import { EnvelopeChain, GENESIS_CHAIN_HASH } from '../../../../src/engine/domain/envelope.js';
import type { Output } from '../../../../src/engine/domain/events.js';
import { isExactObject, readExactJson } from '../../../../src/engine/domain/exact-json.js';
import { FACTS, IDS, TS_MS } from '../../engine/domain/wire/facts.js';

const LINE =
  /^\{"kind":"envelope","envelope":(.*),"event_hash":"(\w{64})","chain_hash":"(\w{64})"\}$/;
const RECORD: readonly Output[] = [
  { ...FACTS.RiskDecided, ref: { seq: 7, ord: 1 } },
  { ...FACTS.OrderRequested, ref: { seq: 7, ord: 2 } },
  { ...FACTS.CandleClosed, ref: { seq: 8, ord: 0 } },
  { ...FACTS.OrderFilled, book: 'real', ref: { seq: 8, ord: 1 }, tsMs: TS_MS + 150 },
];

interface Line {
  readonly text: string;
  readonly eventHash: string;
  readonly chainHash: string;
}

function linesOf(record: readonly Output[]): readonly Line[] {
  const line = envelopeLines(IDS, nodeHash);
  return record.flatMap((fact) => {
    const written = line(fact);
    if (written === '') return [];
    const [, text = '', eventHash = '', chainHash = ''] = LINE.exec(written.trimEnd()) ?? [];
    return [{ text, eventHash, chainHash }];
  });
}

/** By plain SHA-256 of what was written, as somebody else would check it. */
function verifies(lines: readonly Line[]): boolean {
  let chain = GENESIS_CHAIN_HASH;
  return lines.every(({ text, eventHash, chainHash }) => {
    chain = sha256(`${chain}:${sha256(text)}`);
    return sha256(text) === eventHash && chain === chainHash;
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function payloads(record: readonly Output[]): readonly unknown[] {
  return linesOf(record).map(({ text }) => (JSON.parse(text) as { payload: unknown }).payload);
}

describe('envelope lines', () => {
  test('are a chain that anybody can verify', () => {
    const lines = linesOf(RECORD);
    expect(lines).toHaveLength(3);
    expect(verifies(lines)).toBe(true);
    const chain = new EnvelopeChain(nodeHash);
    for (const { text, eventHash, chainHash } of lines) {
      const read = readExactJson(text);
      const envelope = read.ok && isExactObject(read.value) ? read.value : null;
      expect(chain.add(envelope)).toEqual({ ok: true, eventHash, chainHash });
    }
  });

  test('do not verify once one of them was changed, left out or moved', () => {
    const [first, second, third] = linesOf(RECORD);
    if (first === undefined || second === undefined || third === undefined) expect.fail();
    const forged = { ...second, text: second.text.replace('0.00021991', '0.00021992') };
    expect(forged.text).not.toBe(second.text);
    expect(verifies([first, forged, third])).toBe(false);
    expect(verifies([first, third])).toBe(false);
    expect(verifies([second, first, third])).toBe(false);
  });

  test('carry the members of their kind', () => {
    const { RiskDecided, OrderRequested, OrderFilled } = FACTS;
    expect(payloads([RiskDecided])).toEqual([
      {
        decision: 'BLOCK',
        symbol: 'BTCUSDT',
        decision_id: IDS.decision(RiskDecided.ref),
        reason_code: 'RC_002',
        evidence_keys: [],
      },
    ]);
    expect(payloads([OrderRequested])).toEqual([
      {
        symbol: 'BTCUSDT',
        side: 'BUY',
        quantity: 0.00021991,
        price: 90898.65,
        signal_id: IDS.signal(OrderRequested.signalRef),
        decision_id: IDS.decision(OrderRequested.decisionRef),
        order_id: IDS.order(OrderRequested.ref),
      },
    ]);
    const fill = { ...OrderFilled, book: 'real' } as const;
    expect(payloads([fill])).toEqual([
      {
        order_id: IDS.order(fill.orderRef),
        fill_id: IDS.fill(fill.ref),
        symbol: fill.symbol,
        side: fill.side,
        filled_quantity: Number(fill.qty),
        price: Number(fill.price),
        status: fill.status,
      },
    ]);
  });

  test('never go back in time when another symbol is behind', () => {
    const behind = { ...FACTS.RiskDecided, ref: { seq: 9, ord: 1 }, tsMs: TS_MS - 5_000 };
    const times = linesOf([...RECORD, behind]).map(
      ({ text }) => (JSON.parse(text) as { ts_ms: number }).ts_ms,
    );
    expect(times).toEqual([TS_MS, TS_MS, TS_MS + 150, TS_MS + 150]);
  });

  test('leave out what shadow mode only supposes', () => {
    expect(linesOf([{ ...FACTS.OrderFilled, book: 'hypothetical' }])).toEqual([]);
  });

  test('a fact that comes twice is an error, not a second link', () => {
    expect(() => linesOf([FACTS.RiskDecided, FACTS.RiskDecided])).toThrow(
      expect.objectContaining({ code: 'CDB-E0505' }) as Error,
    );
  });
});
