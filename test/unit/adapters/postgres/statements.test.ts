import { describe, expect, it } from 'vitest';
import { TYPED_COLUMNS } from '../../../../src/adapters/postgres/column-types.js';
import { INSERTS } from '../../../../src/adapters/postgres/statements.js';
import { parameterCount } from '../../../../src/engine/ports/sql-statement.js';
import { AUDIT_COLUMNS, AUDIT_TABLES } from '../../../../src/engine/domain/audit-tables.js';
import { CHAIN_TABLES } from '../../../../src/engine/domain/row-chain.js';

describe('INSERTS', () => {
  it.each(AUDIT_TABLES)('%s takes exactly the columns of the domain, in their order', (table) => {
    const isChained = CHAIN_TABLES.some((chained) => chained === table);
    const links = isChained ? ['chain_n', 'chain_prev', 'chain_hash', 'chain_key'] : [];
    const columns = [...AUDIT_COLUMNS[table], ...links];
    const names = columns.map((name) => `"${name}"`).join(', ');
    expect(INSERTS[table].text).toContain(`INSERT INTO ${table} (${names}) SELECT`);
    expect(parameterCount(INSERTS[table])).toBe(columns.length);
    expect(TYPED_COLUMNS[table].map(({ name }) => name)).toEqual(AUDIT_COLUMNS[table]);
  });
});
