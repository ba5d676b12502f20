import { CREATE_DATABASE } from '../embedded/server-settings.js';
import { ANCHOR_STATEMENTS } from './anchor-store.js';
import {
  fillStatements,
  MEMBERS,
  NEWEST_RUN,
  refusalStatements,
} from './audit-reader-statements.js';
import type { AuditTables } from './audit-reader.js';
import { CHAIN_END_STATEMENTS } from './chain-ends.js';
import { CHAIN_STATEMENTS } from './chain-reader.js';
import { READ_REGISTER } from './control-place.js';
import { followStatements } from './follow-statements.js';
import { FILLS, REFUSALS } from './followed-rows.js';
import { PROBE } from './probe.js';
import { OPEN_TRANSACTIONS } from './row-cursor.js';
import { LOAD_STATEMENTS } from './server-load.js';
import { SESSION_STATEMENTS } from './session-statements.js';
import { PROGRESS_STATEMENTS } from './shard-progress.js';
import { SHARD_SQL } from './shard-statements.js';
import { IS_OF_STACK, STACK_TABLES } from './stack-tables.js';
import { COMMIT_STATEMENTS, INSERT_RUN, READ_CURSOR } from './statements.js';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import { TRACE_STATEMENTS } from './trace-statements.js';

/** Every statement that adapters can send to a database of cdb. */
export const ADAPTER_STATEMENTS: readonly SqlStatement[] = [
  ...SESSION_STATEMENTS,
  ...LOAD_STATEMENTS,
  ...[PROBE, CREATE_DATABASE],
  ...COMMIT_STATEMENTS,
  ...[READ_CURSOR, INSERT_RUN],
  ...Object.values(SHARD_SQL),
  ...PROGRESS_STATEMENTS,
  ...ANCHOR_STATEMENTS,
  ...CHAIN_STATEMENTS,
  ...CHAIN_END_STATEMENTS,
  READ_REGISTER,
  ...[NEWEST_RUN, MEMBERS, OPEN_TRANSACTIONS, IS_OF_STACK],
  ...rowStatements({ fills: FILLS, refusals: REFUSALS }),
  ...TRACE_STATEMENTS,
];

/** The same questions as they are asked of the tables of another stack. */
export const STACK_STATEMENTS: readonly SqlStatement[] = rowStatements(STACK_TABLES);

function rowStatements({ fills, refusals }: Pick<AuditTables, 'fills' | 'refusals'>) {
  const { groups, ...others } = refusalStatements(refusals);
  return [
    ...Object.values(followStatements(fills)),
    ...Object.values(followStatements(refusals)),
    ...Object.values(fillStatements(fills)),
    ...Object.values(others),
    ...Object.values(groups),
  ];
}
