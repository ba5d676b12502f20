import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainHash } from '../../src/adapters/chain-hash.js';
import type { ChainHash, ChainTable } from '../../src/engine/domain/row-chain.js';
import type { AuditBatch, AuditStore } from '../../src/engine/ports/audit-store.js';
import type { ChainReader } from '../../src/engine/ports/chain-reader.js';
import { auditRow, type Cells } from './audit-rows.js';
import { verdictOf, type Verifying } from './chain-check.js';

export interface AuditChainSubject {
  readonly store: AuditStore;
  /** Another store on the same data, as a second process or a later one would have. */
  second(hash?: ChainHash): AuditStore;
  readonly reader: Pick<ChainReader, 'rows'>;
  end(): Promise<void>;
}

const RUN = '55555555-5555-5555-8555-555555555555';
const KEY = chainHash('k'.repeat(64));
const OTHER_KEY = chainHash('o'.repeat(64));

/** What every AuditStore keeps of the chains, as a verifier finds them. */
export function auditChainContract(name: string, open: () => Promise<AuditChainSubject>): void {
  describe(`audit chain contract: ${name}`, () => {
    let subject: AuditChainSubject;
    const verdict = (table: ChainTable = 'risk_events', how?: Verifying, runId = RUN) =>
      verdictOf(subject.reader, { table, runId }, how);
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.end());

    it('is whole from the first row of a run, and one chain for each table and run', async () => {
      const { store } = subject;
      await store.commit(batch([1, 2]));
      await store.commit(batch([3]));
      await store.commit(batch([1, 2, 3, 4], 'another run'));
      await store.commit(batch([4, 5]));
      for (const table of ['risk_events', 'control_events'] as const) {
        const own = { head: { n: 5 }, checked: 5, unproven: 0, fault: null };
        expect(await verdict(table)).toMatchObject(own);
        expect(await verdict(table, {}, 'another run')).toMatchObject({ checked: 4, fault: null });
      }
    });

    it('has nothing of a run that wrote nothing', async () => {
      const nothing = { head: { n: 0 }, checked: 0, fault: null };
      expect(await verdict()).toMatchObject(nothing);
      await subject.store.commit({ ...batch([]), seqFirst: 1, seqLast: 9 });
      expect(await verdict()).toMatchObject(nothing);
    });

    it('neither forks nor skips when batches come again, whole or in part', async () => {
      const { store } = subject;
      const first = batch([1, 2]);
      await store.commit(first);
      await store.commit(first);
      await store.commit(batch([2, 3]));
      await store.commit(batch([1, 2, 3, 4]));
      await store.commit(batch([4]));
      const whole = await verdict();
      expect(whole).toMatchObject({ head: { n: 4 }, checked: 4, fault: null });
      expect(await verdict('control_events')).toMatchObject({ head: { n: 4 }, fault: null });
    });

    it('is gone on with by the next process, and is one when two write at once', async () => {
      await subject.store.commit(batch([1]));
      const next = subject.second();
      const same = batch([2, 3]);
      await Promise.all(
        [subject.store, next, subject.store, next].map((each) => each.commit(same)),
      );
      await next.commit(batch([4]));
      expect(await verdict()).toMatchObject({ head: { n: 4 }, fault: null });
      await next.close();
    });

    it('goes on from a position that is trusted, and meets what was anchored', async () => {
      await subject.store.commit(batch([1, 2, 3]));
      const { head } = await verdict();
      const place = (await subject.reader.rows(query('risk_events'))).place;
      await subject.store.commit(batch([4, 5]));
      const from = { head, place };
      const later = await verdict('risk_events', { from });
      expect(later).toMatchObject({ after: 3, checked: 2, head: { n: 5 }, fault: null });
      const anchored = new Map([
        [3, head.hash],
        [5, later.head.hash],
      ]);
      expect(await verdict('risk_events', { anchored })).toMatchObject({
        anchorsMet: 2,
        fault: null,
      });
      const other = new Map([[2, head.hash]]);
      expect((await verdict('risk_events', { anchored: other })).fault).toMatchObject({ n: 2 });
      const further = new Map([[6, head.hash]]);
      expect((await verdict('risk_events', { anchored: further })).fault).toMatchObject({ n: 6 });
    });

    it('says which rows were hashed without a key, with this one and with another', async () => {
      await subject.store.commit(batch([1, 2]));
      const keyed = subject.second(KEY);
      await keyed.commit(batch([3, 4]));
      const other = subject.second(OTHER_KEY);
      await other.commit(batch([5]));
      const known = await verdict('risk_events', { keys: [KEY] });
      expect(known).toMatchObject({ head: { n: 5 }, fault: null });
      expect(known.keys).toEqual([
        { keyId: null, from: 1, to: 2, isProven: true },
        { keyId: KEY.keyId, from: 3, to: 4, isProven: true },
        { keyId: OTHER_KEY.keyId, from: 5, to: 5, isProven: false },
      ]);
      const unknown = await verdict();
      expect(unknown.keys.map(({ isProven }) => isProven)).toEqual([true, false, false]);
      await keyed.close();
      await other.close();
    });

    it('names a row without a key behind rows with one', async () => {
      const keyed = subject.second(KEY);
      await keyed.commit(batch([1]));
      await subject.store.commit(batch([2]));
      expect((await verdict('risk_events', { keys: [KEY] })).fault).toEqual({
        n: 2,
        what: expect.stringContaining('without a key') as string,
      });
      await keyed.close();
    });

    it('reads back whatever was written as what was hashed', async () => {
      let seq = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(riskCells, controlCells), { maxLength: 5 }),
          async (list) => {
            const first = seq + 1;
            const rows = list.map(([risk, control]) => {
              seq += 1;
              return rowsOf(RUN, seq, { risk, control });
            });
            seq += 1;
            await subject.store.commit(batchOf(RUN, { seqFirst: first, seqLast: seq, rows }));
          },
        ),
        { numRuns: 40 },
      );
      expect((await verdict()).fault).toBeNull();
      expect((await verdict('control_events')).fault).toBeNull();
    });
  });
}

function query(table: ChainTable) {
  return { table, runId: RUN, place: null, limit: 100 };
}

function batch(seqs: readonly number[], runId = RUN): AuditBatch {
  const rows = seqs.map((seq) => rowsOf(runId, seq));
  return batchOf(runId, { seqFirst: seqs[0] ?? 1, seqLast: seqs.at(-1) ?? 1, rows });
}

function batchOf(
  runId: string,
  given: {
    readonly seqFirst: number;
    readonly seqLast: number;
    readonly rows: readonly ReturnType<typeof rowsOf>[];
  },
): AuditBatch {
  const { seqFirst, seqLast, rows } = given;
  const tables = {
    risk_events: rows.map(({ risk }) => risk),
    control_events: rows.map(({ control }) => control),
  };
  return { runId, seqFirst, seqLast, digest: `digest-${seqLast}`, rows: tables };
}

function rowsOf(runId: string, seq: number, cells: { risk?: Cells; control?: Cells } = {}) {
  const key = `${runId.slice(0, 20)}-${seq}`;
  const risk = { payload: `{"n": ${seq}.50}`, ...cells.risk, run_id: runId, seq, decision_pk: key };
  const control = { ...cells.control, run_id: runId, event_pk: key };
  return { risk: auditRow('risk_events', risk), control: auditRow('control_events', control) };
}

/** Any 16-bit units: controls, halves of pairs, separators of the wire. */
const anyText = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength })
    .map((units) => String.fromCharCode(...units));
const whole = fc.oneof(fc.constantFrom(0, -0, 1), fc.maxSafeInteger());
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.maxSafeInteger().map(String),
  fc.constantFrom('-0', '-0.0', '0e5', '1E+5', '0.050', '100', '1e300', '5e-324'),
  fc.tuple(fc.bigInt(), fc.nat()).map(([a, b]) => `${a}.${b}00`),
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    numberText,
    anyText(8).map((text) => JSON.stringify(text)),
    fc.constantFrom('null', 'true', 'false', '{}', '[]', '""'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .uniqueArray(fc.tuple(anyText(4), tie('json')), { maxLength: 5, selector: ([name]) => name })
      .map((members) => `{${members.map(([n, v]) => `${JSON.stringify(n)}: ${v}`).join(',')}}`),
  ),
}));
const riskCells: fc.Arbitrary<Cells> = fc.record({
  timestamp_ms: whole,
  symbol: anyText(20),
  decision: fc.constantFrom('ALLOW', 'BLOCK'),
  reason_code: fc.option(anyText(20)),
  contract_version: fc.option(anyText(50)),
  input_snapshot_hash: fc.option(anyText(64)),
  payload: fc.option(json),
  reference_pk: fc.option(anyText(36)),
  ord: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});
const controlCells: fc.Arbitrary<Cells> = fc.record({
  epoch: whole,
  scopes: json,
  reason: anyText(2_000),
  message: fc.oneof(
    anyText(200),
    fc.nat(60_000).map((length) => 'ä'.repeat(length)),
  ),
  operator: anyText(200),
  previous_level: anyText(20),
  timestamp_ms: whole,
});
