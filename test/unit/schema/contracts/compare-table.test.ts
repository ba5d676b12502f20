import { describe, expect, it } from 'vitest';
import type { CatalogColumn, CatalogRelation } from '../../../../src/schema/catalog/catalog.js';
import { compareTable } from '../../../../src/schema/contracts/compare-table.js';
import { CONTRACT, RELATION, catalogOf } from './contract-fixture.js';

const [ID, SIDE, PRICE] = RELATION.columns as [CatalogColumn, CatalogColumn, CatalogColumn];
const [PKEY_INDEX, SIDE_INDEX] = RELATION.indexes as [
  CatalogRelation['indexes'][number],
  CatalogRelation['indexes'][number],
];
const [TRIGGER] = RELATION.triggers as [CatalogRelation['triggers'][number]];
const [PKEY, CHECK] = RELATION.constraints as [
  CatalogRelation['constraints'][number],
  CatalogRelation['constraints'][number],
];

function found(change: Partial<CatalogRelation>) {
  const relation = { ...RELATION, ...change };
  return compareTable(CONTRACT, catalogOf(relation)).map(
    ({ level, kind, subject }) => `${level} ${kind} ${subject}`,
  );
}

it('finds nothing where the table is as the contract says', () => {
  expect(found({})).toEqual([]);
});

it('finds a table that is not there', () => {
  expect(compareTable(CONTRACT, catalogOf())).toMatchObject([
    { level: 'FAIL', kind: 'table missing', table: 'fills' },
  ]);
});

describe.each<[string, Partial<CatalogRelation>, readonly string[]]>([
  ['a view', { kind: 'view' }, ['FAIL not a table ']],
  ['an unlogged table', { persistence: 'unlogged' }, ['FAIL table property ']],
  ['row security', { rowSecurity: true }, ['FAIL table property ']],
  ['a rule', { rules: [{ name: 'r', definition: 'x' }] }, ['FAIL rule r']],
  ['a column less', { columns: [ID, SIDE] }, ['FAIL column missing price']],
  [
    'a column more',
    { columns: [ID, SIDE, PRICE, { ...PRICE, name: 'fee' }] },
    ['WARN column extra fee'],
  ],
  [
    'a column more that must not be null',
    { columns: [ID, SIDE, PRICE, { ...PRICE, name: 'fee', nullable: false }] },
    ['FAIL column extra fee'],
  ],
  ['a shorter text', { columns: [ID, { ...SIDE, type: 'varchar(9)' }, PRICE] }, ['FAIL type side']],
  ['another type', { columns: [ID, SIDE, { ...PRICE, type: 'text' }] }, ['FAIL type price']],
  [
    'a column that may be null',
    { columns: [ID, { ...SIDE, nullable: true }, PRICE] },
    ['FAIL nullability side'],
  ],
  ['no default', { columns: [ID, { ...SIDE, default: null }, PRICE] }, ['FAIL default side']],
  ['another order', { columns: [ID, PRICE, SIDE] }, ['WARN column order price']],
  ['no primary key', { constraints: [CHECK] }, ['FAIL constraint missing fills_pkey']],
  [
    'another check',
    { constraints: [PKEY, { ...CHECK, definition: 'CHECK (true)' }] },
    ['FAIL constraint differs fills_price_check'],
  ],
  [
    'a check of another name',
    { constraints: [PKEY, { ...CHECK, name: 'other' }] },
    ['WARN constraint differs other'],
  ],
  [
    'a check more',
    { constraints: [PKEY, CHECK, { ...CHECK, name: 'more', definition: 'CHECK (false)' }] },
    ['FAIL constraint extra more'],
  ],
  [
    'a key that is deferred',
    { constraints: [{ ...PKEY, definition: 'PRIMARY KEY (id) DEFERRABLE' }, CHECK] },
    ['FAIL constraint differs fills_pkey'],
  ],
  ['no index', { indexes: [PKEY_INDEX] }, ['FAIL index missing fills_side_idx']],
  [
    'an index over other columns',
    { indexes: [PKEY_INDEX, { ...SIDE_INDEX, definition: 'btree (side)' }] },
    ['FAIL index differs fills_side_idx'],
  ],
  [
    'an index that is invalid',
    { indexes: [PKEY_INDEX, { ...SIDE_INDEX, valid: false }] },
    ['FAIL index differs fills_side_idx', 'FAIL index missing fills_side_idx'],
  ],
  [
    'an index more',
    { indexes: [PKEY_INDEX, SIDE_INDEX, { ...SIDE_INDEX, name: 'x', definition: 'btree (id)' }] },
    ['WARN index extra x'],
  ],
  [
    'a unique index more',
    {
      indexes: [
        PKEY_INDEX,
        SIDE_INDEX,
        { ...SIDE_INDEX, name: 'x', unique: true, definition: 'btree (side)' },
      ],
    },
    ['FAIL index extra x'],
  ],
  ['no trigger', { triggers: [] }, ['FAIL trigger keep']],
  ['a trigger that is off', { triggers: [{ ...TRIGGER, enabled: false }] }, ['FAIL trigger keep']],
  [
    'another body of its function',
    { triggers: [{ ...TRIGGER, functionSha256: 'b'.repeat(64) }] },
    ['FAIL trigger keep'],
  ],
  ['a trigger more', { triggers: [TRIGGER, { ...TRIGGER, name: 'more' }] }, ['FAIL trigger more']],
])('%s', (_what, change, expected) => {
  it('is found, and nothing else', () => {
    expect(found(change)).toEqual(expected);
  });
});
