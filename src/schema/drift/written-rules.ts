import { sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { VALUE_ROWS_MAX } from './value-statements.js';

/** What rows of several columns say only together; each has happened. */
interface WrittenRule {
  readonly tables: readonly [string, ...string[]];
  readonly columns: string;
  readonly rule: string;
  /** Gives one text `seen` where the rule is broken, null where it is kept. */
  readonly statement: SqlStatement;
  readonly words: (seen: string) => string;
}

const EXPOSURE_CODES = `'RK_EXPOSURE', 'RK_EXPOSURE_HARD', 'RC_021'`;
const DEADLOCK_MS = 600_000;

export const WRITTEN_RULES: readonly WrittenRule[] = [
  {
    tables: ['trades'],
    columns: 'order_id, side, size, execution_price, timestamp',
    rule: 'at most 5 % of fills are alike but for their key',
    statement: sqlStatement(
      'drift_rule_fills_twice',
      `SELECT CASE WHEN twice * 20 > rows THEN twice::text || ' of ' || rows END AS seen FROM (
         SELECT count(*) AS rows,
           count(*) - count(DISTINCT (order_id, side, size, execution_price, timestamp)) AS twice
         FROM (SELECT * FROM trades ORDER BY id DESC LIMIT ${VALUE_ROWS_MAX}) x) figures`,
    ),
    words: (seen) =>
      `${seen} fills of table trades are alike but for their key (columns order_id, side, size, execution_price, timestamp): two writers write, or one writes again`,
  },
  {
    tables: ['orders', 'trades'],
    columns: 'order_id, created_at',
    rule: 'no order is filled before it is made',
    statement: sqlStatement(
      'drift_rule_order_overwritten',
      `SELECT nullif(count(*), 0)::text AS seen
       FROM (SELECT * FROM trades ORDER BY id DESC LIMIT ${VALUE_ROWS_MAX}) t
       JOIN orders o ON o.order_id = t.order_id
       WHERE t.timestamp < o.created_at - interval '1 second'`,
    ),
    words: (seen) =>
      `${seen} fills are older than their row in table orders (columns order_id, created_at): an order id came again and its row was overwritten`,
  },
  {
    tables: ['blocked_decisions', 'trades'],
    columns: 'reason_code',
    rule: 'where exposure blocks for 10 min, something is sold',
    statement: sqlStatement(
      'drift_rule_no_unwind',
      `SELECT CASE WHEN count(*) >= 20 AND max(b.timestamp_ms) - min(b.timestamp_ms) > ${DEADLOCK_MS} * 0.9
           AND count(*) = count(*) FILTER (WHERE b.reason_code IN (${EXPOSURE_CODES}))
           AND EXISTS (SELECT FROM trades) AND NOT EXISTS (
             SELECT FROM trades WHERE side = 'sell'
               AND timestamp >= to_timestamp((max(b.timestamp_ms) - ${DEADLOCK_MS}) / 1000.0))
         THEN count(*)::text END AS seen
       FROM (SELECT * FROM blocked_decisions ORDER BY id DESC LIMIT ${VALUE_ROWS_MAX}) b
       WHERE b.timestamp_ms >= (SELECT max(timestamp_ms) FROM blocked_decisions) - ${DEADLOCK_MS}`,
    ),
    words: (seen) =>
      `all ${seen} refusals of 10 min say exposure (column reason_code of table blocked_decisions), and column side of table trades holds no sell: what would lower the exposure is blocked by it`,
  },
];
