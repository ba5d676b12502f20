import type { SqlStatement } from '../engine/ports/sql-statement.js';
import { CATALOG_STATEMENTS } from './catalog/catalog-query.js';
import { SCHEMA_SQL } from './schema-statements.js';

/** Every statement that looks at or changes a schema, but the files of migrations. */
export const SCHEMA_STATEMENTS: readonly SqlStatement[] = [
  ...Object.values(SCHEMA_SQL),
  ...CATALOG_STATEMENTS,
];
