import type { Check } from '../check.js';
import { auditChains } from './chain-check.js';
import { requiredTables } from './required-tables.js';
import { ROW_CHECKS } from './row-checks.js';
import { drift, migrations, versionRows } from './schema-checks.js';
import { SERVER_CHECKS } from './server-checks.js';

export const POSTGRES_CHECKS: readonly Check[] = [
  ...SERVER_CHECKS,
  requiredTables,
  migrations,
  versionRows,
  drift,
  auditChains,
  ...ROW_CHECKS,
];
