import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart } from '../../engine/ports/sql-statement.js';
import { SCHEMA_SQL } from '../schema-statements.js';
import { baselineLostRows } from '../schema-errors.js';
import { nameOf } from '../sql/names.js';
import { countRows, type OldTableFound } from './baseline-plan.js';

/** Where what was there before stays readable, under its own names. */
const ASIDE = 'cdb_legacy';

export interface PutAside extends OldTableFound {
  /** `cdb_legacy.orders`. */
  readonly now: string;
}

/**
 * Moves each table to the schema of what was there before, with its rows, indexes, constraints and
 * rights. A part of a transaction that is open; nobody writes to the tables from the count on.
 * @throws OperatorError when a table has another number of rows afterwards
 */
export async function putAside(
  session: SqlSession,
  tables: readonly OldTableFound[],
): Promise<readonly PutAside[]> {
  if (tables.length === 0) return [];
  const names = tables.map(({ table }) => nameOf([table]));
  const schema = await freeSchema(session);
  const before = {
    // Whoever might read a table may still; the rights on the tables move with them.
    sql: sqlPart(`LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE;
      CREATE SCHEMA ${schema}; GRANT USAGE ON SCHEMA ${schema} TO PUBLIC`),
  };
  await session.query(before.sql);
  const moved: PutAside[] = [];
  for (const old of tables) {
    const rows = await countRows(session, old.table);
    const move = { sql: sqlPart(`ALTER TABLE ${nameOf([old.table])} SET SCHEMA ${schema}`) };
    await session.query(move.sql);
    const after = await countRows(session, old.table, schema);
    if (after !== rows) throw baselineLostRows(old.table, rows, after);
    moved.push({ ...old, rows: after, now: nameOf([schema, old.table]) });
  }
  for (const one of moved) await addView(session, one);
  return moved;
}

/** A second time, for instance after another hot-fix, nothing that lies aside already is touched. */
async function freeSchema(session: SqlSession): Promise<string> {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? ASIDE : `${ASIDE}_${n}`;
    const { rows } = await session.query(SCHEMA_SQL.schemaIsFree.text, [name]);
    if (rows[0]?.['free'] === true) return name;
  }
}

/**
 * Decisions whose columns mean what ours mean are readable in our words too. Those of the wrong hot-fix
 * are not: what its contract_code was nobody can say for certain.
 */
async function addView(session: SqlSession, { table, form, now }: PutAside): Promise<void> {
  if (table !== 'risk_events' || form.startsWith('wrong')) return;
  const view = {
    sql: sqlPart(`CREATE VIEW ${now}_normalised AS
     SELECT id, timestamp_ms, symbol,
       CASE decision WHEN 'APPROVED' THEN 'ALLOW' WHEN 'BLOCKED' THEN 'BLOCK' ELSE decision END
         AS decision,
       reason_code, contract_version, payload
     FROM ${now}`),
  };
  await session.query(view.sql);
}
