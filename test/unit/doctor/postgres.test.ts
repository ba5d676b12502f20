import { describe, expect, it } from 'vitest';
import { claimedAbsent } from '../../../src/doctor/postgres/claimed-versions.js';
import type {
  DatabaseFacts,
  PostgresServer,
  TableFacts,
  WrittenRows,
} from '../../../src/doctor/postgres/facts.js';
import { isNewerStack, schemaOwner } from '../../../src/doctor/postgres/schema-owner.js';
import { findingOf } from './readings.js';

const SERVER: PostgresServer = {
  ...{ version: '15.6', major: 15, kind: 'external', isDurable: true },
  ...{ isReadOnly: false, isStandby: false, readsOnlyBy: null },
  ...{ connections: 10, connectionsMax: 100, clockOffsetMs: 0, clockErrorMs: 1 },
};
const TABLE: TableFacts = {
  ...{ table: 'signals', exists: true, isRequired: true, neededBy: 'db_writer' },
  ...{ rows: 100, isEmpty: false, rowsEstimated: null, inserted: 100, newestAtMs: null },
};
const WRITERS: WrittenRows['writers'] = {
  ...{ fills: null, sizes: null, twins: null, trades: null, ledger: null },
};
const WRITTEN: WrittenRows = {
  ...{ rowsMax: 10_000, windowMs: 3_600_000, columns: 4, nonFinite: [], gaps: [], repeated: [] },
  writers: WRITERS,
};
const STACK: DatabaseFacts = {
  ...{ owner: 'stack', schema: 'public', role: 'reader', isReader: true, isNewerStack: false },
};

async function judged(id: string, facts: Parameters<typeof findingOf>[1]) {
  const { status } = await findingOf(id, { postgres: SERVER, ...facts });
  return status;
}

describe('the clock of the server', () => {
  it.each([
    [2_000, 0, 'OK'],
    [2_001, 0, 'WARN'],
    [-2_001, 0, 'WARN'],
    [5_000, 0, 'WARN'],
    [5_001, 0, 'FAIL'],
    [-5_001, 0, 'FAIL'],
    // The answer took so long that the clocks may well agree.
    [2_500, 600, 'OK'],
    [5_400, 500, 'WARN'],
  ])('off by %i ms, give or take %i: %s', async (clockOffsetMs, clockErrorMs, status) => {
    const postgres = { ...SERVER, clockOffsetMs, clockErrorMs };
    expect(await judged('postgres.clock', { postgres })).toBe(status);
  });
});

it.each([
  [79, 'OK'],
  [80, 'WARN'],
  [94, 'WARN'],
  [95, 'FAIL'],
  [100, 'FAIL'],
])('%i of 100 connections: %s', async (connections, status) => {
  const postgres = { ...SERVER, connections };
  expect(await judged('postgres.connections', { postgres })).toBe(status);
});

it.each([
  [13, 'FAIL'],
  [14, 'OK'],
])('version %i: %s', async (major, status) => {
  expect(await judged('postgres.version', { postgres: { ...SERVER, major } })).toBe(status);
});

describe('a table without rows', () => {
  const positions: TableFacts = { ...TABLE, table: 'positions', rows: 0, isEmpty: true };
  it.each([
    ['4 trades', { rows: 4 }, 'SKIP'],
    ['5 trades', { rows: 5 }, 'FAIL'],
    ['trades too many to count', { rows: null, rowsEstimated: 2_000_000 }, 'FAIL'],
    ['trades too many to count, and no estimate', { rows: null }, 'FAIL'],
    ['no trades', { rows: 0, isEmpty: true }, 'SKIP'],
    ['trades that the role may not read', { rows: null, isEmpty: null }, 'SKIP'],
  ])('beside %s', async (_, trades, status) => {
    const tables = [positions, { ...TABLE, table: 'trades', ...trades }];
    expect(await judged('schema.ghost_tables', { tables })).toBe(status);
  });

  it('is a blocker where it is the audit trail, and unread where the role may not look', async () => {
    const trail = { ...TABLE, table: 'risk_events', rows: 0 };
    const tables = (isEmpty: boolean | null) => [TABLE, { ...trail, isEmpty }];
    expect(await judged('schema.ghost_tables', { tables: tables(true) })).toBe('BLOCKER');
    expect(await judged('schema.ghost_tables', { tables: tables(null) })).toBe('SKIP');
  });
});

describe('what writers left', () => {
  const of = (writers: Partial<WrittenRows['writers']>) => ({
    written: { ...WRITTEN, writers: { ...WRITERS, ...writers } },
  });

  it.each([
    [100, 105, 'OK'],
    [100, 106, 'FAIL'],
    [19, 38, 'SKIP'],
    [20, 40, 'FAIL'],
    [100, 0, 'OK'],
  ])('%i filled orders, %i trades: %s', async (orders, trades, status) => {
    const facts = of({ fills: { orders, trades } });
    expect(await judged('schema.duplicate_writers', facts)).toBe(status);
  });

  it('by quantity, where trades name their orders', async () => {
    const sizes = (traded: number) => of({ sizes: { traded, filled: 2 } });
    expect(await judged('schema.duplicate_writers', sizes(2))).toBe('OK');
    expect(await judged('schema.duplicate_writers', sizes(2.2))).toBe('FAIL');
  });

  it.each([
    [100, 95, 'OK'],
    [100, 94, 'BLOCKER'],
    [10, 8, 'OK'],
    [10, 7, 'BLOCKER'],
    [4, 1, 'SKIP'],
  ])('%i signals, %i entries of the ledger: %s', async (signals, entries, status) => {
    const facts = of({ ledger: { signals, entries } });
    const repeated = [{ table: 'correlation_ledger', ids: signals, repeated: 0, example: null }];
    const written = { ...facts.written, repeated: signals < 5 ? [] : repeated };
    expect(await judged('schema.repeated_ids', { written })).toBe(status);
  });

  it('one number that was given out last may be on its way, two are lost', async () => {
    const gaps = (behind: number | null, missing = 0) => ({
      written: { ...WRITTEN, gaps: [{ table: 'trades', rows: 9, missing, behind }] },
    });
    expect(await judged('schema.lost_writes', gaps(1))).toBe('OK');
    expect(await judged('schema.lost_writes', gaps(null))).toBe('OK');
    expect(await judged('schema.lost_writes', gaps(2))).toBe('WARN');
    expect(await judged('schema.lost_writes', gaps(null, 1))).toBe('WARN');
  });
});

describe('a table that is missing', () => {
  const missing = (table: string, isRequired = true): TableFacts => ({
    ...{ ...TABLE, table, isRequired, exists: false, rows: null, isEmpty: null },
  });

  it('that nobody needs is none', async () => {
    const tables = [TABLE, missing('blocked_decisions', false)];
    expect(await judged('schema.required_tables', { tables, database: STACK })).toBe('OK');
  });

  it('keeps what it explains from being examined', async () => {
    const tables = [TABLE, missing('risk_events')];
    const drift = { owner: 'stack', findings: [], tables: 1, prepared: 0 } as const;
    const facts = { postgres: SERVER, tables, database: STACK, drift };
    expect((await findingOf('schema.drift', facts)).says).toMatch(
      /^needs schema\.required_tables, which is BLOCKER: table risk_events is missing \(1 of 2/,
    );
  });

  it('of several names all, and the remedy makes them', async () => {
    const tables = [missing('risk_events'), missing('orders')];
    const finding = await findingOf('schema.required_tables', {
      ...{ postgres: SERVER, tables, database: STACK },
    });
    expect(finding.says).toBe(
      '2 tables are missing: risk_events, orders (0 of 2 required tables are there): risk decisions are not persisted, and 1 more kinds of rows are lost',
    );
    expect(finding.remedy?.does).toContain('risk_events, orders');
  });
});

describe('whose schema it is', () => {
  it.each([
    [['runs', 'trades'], 'cdb'],
    [['schema_history'], 'cdb'],
    [['trades'], 'stack'],
    [['schema_version', 'invoices'], 'stack'],
    [['invoices'], 'nobody'],
    [[], 'nobody'],
  ])('with %j: %s', (relations, owner) => {
    expect(schemaOwner(relations)).toBe(owner);
  });

  it('takes versions as numbers, not as texts', () => {
    expect(isNewerStack([], ['1.0.2'])).toBe(false);
    expect(isNewerStack([], ['1.0.4'])).toBe(false);
    expect(isNewerStack([], ['1.0.5'])).toBe(true);
    expect(isNewerStack([], ['1.0.10'])).toBe(true);
    expect(isNewerStack(['trades', 'candles_1m'], [])).toBe(true);
    expect(isNewerStack(['trades', 'risk_events'], [])).toBe(false);
  });
});

it('the newest version claims all before it, by number', () => {
  const lineage = { '002': true, '003': true, '005': false };
  expect(claimedAbsent(['1.0.2'], lineage)).toEqual([]);
  expect(claimedAbsent(['1.0.4', '1.0.2'], lineage).map(({ by }) => by)).toEqual([
    ...['1.0.3', '1.0.4'],
  ]);
  expect(claimedAbsent(['9.9'], lineage)).toEqual([]);
});
