import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { runIdOf, runIds, uuidNamespace, uuidV5 } from '../../../../src/engine/domain/ids.js';

const UUID_V5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KINDS = ['event', 'signal', 'decision', 'order', 'fill', 'clientOrder'] as const;

describe('ids', () => {
  it('gives the name-based UUID of RFC 4122', () => {
    // The example of the standard library of the reference's language.
    const dns = uuidNamespace('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
    expect(uuidV5(nodeHash, dns, 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
  });

  it('is the same for the same run and place, and different for every other', () => {
    const seen = new Set<string>();
    for (const run of ['run-a', 'run-b']) {
      const ids = runIds(nodeHash, run);
      for (const kind of KINDS) {
        for (const ref of [
          { seq: 1, ord: 0 },
          { seq: 10, ord: 0 },
          { seq: 1, ord: 10 },
          { seq: 11, ord: 0 },
        ]) {
          expect(ids[kind](ref)).toBe(runIds(nodeHash, run)[kind](ref));
          seen.add(ids[kind](ref));
        }
      }
    }
    expect(seen.size).toBe(2 * KINDS.length * 4);
  });

  it('keeps the forms that tables and venues ask for', () => {
    const ids = runIds(nodeHash, 'run');
    const ref = { seq: Number.MAX_SAFE_INTEGER, ord: 99 };
    expect(ids.clientOrder(ref)).toMatch(/^[0-9A-Za-z_-]{1,32}$/);
    expect(ids.signal(ref)).toMatch(/^sig-[0-9a-f]{32}$/);
    for (const kind of ['event', 'decision', 'order', 'fill'] as const) {
      expect(ids[kind](ref)).toMatch(UUID_V5);
    }
    expect(runIdOf(nodeHash, 'feed|paper|1', 5)).toMatch(UUID_V5);
  });

  it('separates the kinds of ledger events of one signal', () => {
    const ids = runIds(nodeHash, 'run');
    const words = [
      { signalId: 's', type: 'SIGNAL' },
      { signalId: 's', type: 'ORDER', orderId: 'o' },
      { signalId: 's', type: 'FILL', orderId: 'o', fillId: 'f' },
      { signalId: 's', type: 'FILL', orderId: 'o', fillId: 'g' },
    ];
    expect(new Set(words.map((one) => ids.ledgerEvent(one))).size).toBe(4);
  });
});
