import { describe, expect, it } from 'vitest';
import { TYPED_COLUMNS } from '../../../../src/adapters/postgres/column-types.js';
import { INSERTS } from '../../../../src/adapters/postgres/statements.js';
import { AUDIT_COLUMNS, AUDIT_TABLES } from '../../../../src/engine/domain/audit-tables.js';

describe('INSERTS', () => {
  it.each(AUDIT_TABLES)('%s takes exactly the columns of the domain, in their order', (table) => {
    const names = AUDIT_COLUMNS[table].map((name) => `"${name}"`).join(', ');
    expect(INSERTS[table].text).toContain(`INSERT INTO ${table} (${names}) SELECT`);
    expect(INSERTS[table].parameterCount).toBe(AUDIT_COLUMNS[table].length);
    expect(TYPED_COLUMNS[table].map(({ name }) => name)).toEqual(AUDIT_COLUMNS[table]);
  });
});
