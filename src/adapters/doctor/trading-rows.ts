import type pg from 'pg';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { isOfSchema } from '../postgres/pg-error.js';
import type { PgPool } from '../postgres/pg-pool.js';
import { runStatement } from '../postgres/run-statement.js';
import {
  DECISION_MIX,
  NET_ORDERS,
  NOT_NUMBERS,
  OPEN_POSITIONS,
  SIDE_MIX,
  TRADES_OF_RUN,
} from './pipeline-statements.js';

export interface Holding {
  readonly symbol: string;
  readonly qty: number;
  /** Null: the table has no price. */
  readonly price: number | null;
}

/** What tables tell of the trade path; null: that table is not there or could not be read. */
export interface TradingRows {
  readonly decisions: readonly DecisionRow[] | null;
  readonly sides: readonly SideRow[] | null;
  readonly positions: readonly Holding[] | null;
  readonly orders: readonly (Holding & { readonly orders: number })[] | null;
  readonly trades: { readonly trades: number; readonly fills: number } | null;
  readonly notNumbers:
    readonly { readonly table: string; readonly name: string; readonly rows: number }[] | null;
  /** What should have been readable and was not, a sentence each. */
  readonly faults: readonly string[];
}

export interface DecisionRow {
  readonly is_block: boolean;
  readonly code: string;
  readonly recent: number;
  /** Ages in ms by the server's clock. */
  readonly oldest: number;
  readonly newest: number;
}

export interface SideRow {
  readonly side: string;
  readonly fills: number;
  readonly newest: number;
  readonly oldest: number;
}

/** @param runId empty for a stack that knows no runs */
export async function readTradingRows(
  pool: PgPool,
  windowMs: number,
  runId: string,
): Promise<TradingRows> {
  const faults: string[] = [];
  const ask = async <R extends pg.QueryResultRow>(
    statement: SqlStatement,
    values: readonly unknown[] = [],
  ): Promise<readonly R[] | null> => {
    try {
      return await pool.use(statement.name, async (client) => {
        return (await runStatement<R>(client, statement, values)).rows;
      });
    } catch (fault) {
      if (!isOfSchema(fault)) faults.push(wordsOf(fault));
      return null;
    }
  };
  const [decisions, sides, positions, orders, trades, ...notNumbers] = await Promise.all([
    ask<DecisionRow>(DECISION_MIX, [windowMs]),
    ask<SideRow>(SIDE_MIX),
    ask<Holding>(OPEN_POSITIONS, [runId]),
    ask<Holding & { orders: number }>(NET_ORDERS, [runId]),
    ask<{ trades: number; fills: number }>(TRADES_OF_RUN, [runId]),
    ...NOT_NUMBERS.map((statement) =>
      ask<{ table: string; name: string; rows: number }>(statement),
    ),
  ]);
  const looked = notNumbers.filter((rows) => rows !== null);
  return {
    ...{ decisions, sides, positions, orders },
    trades: trades?.[0] ?? null,
    notNumbers: looked.length === 0 ? null : looked.flat(),
    faults,
  };
}
