import type { SqlStatement } from '../engine/ports/sql-statement.js';
import { CATALOG_STATEMENTS } from './catalog/catalog-query.js';
import { DRIFT_SQL } from './drift/drift-statements.js';
import { WRITTEN_RULES } from './drift/written-rules.js';
import { SCHEMA_SQL } from './schema-statements.js';
import { TABLE_OVERVIEW } from './written/table-overview.js';

/** Every statement that looks at or changes a schema, but the files of migrations. */
export const SCHEMA_STATEMENTS: readonly SqlStatement[] = [
  ...Object.values(SCHEMA_SQL),
  ...CATALOG_STATEMENTS,
  ...Object.values(DRIFT_SQL),
  TABLE_OVERVIEW,
  ...WRITTEN_RULES.map(({ statement }) => statement),
];
