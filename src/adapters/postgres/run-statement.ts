import type pg from 'pg';
import type { SqlStatement } from '../../engine/ports/sql-statement.js';

type Client = Pick<pg.ClientBase, 'query'>;

/** Planned for these values; what is asked now and then. */
export function runStatement<R extends pg.QueryResultRow>(
  client: Client,
  { text }: SqlStatement,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<R>> {
  return client.query<R>(text, [...values]);
}

/** Prepared once per connection under its name; what runs all the time. */
export function runPrepared<R extends pg.QueryResultRow>(
  client: Client,
  { name, text }: SqlStatement,
  values: readonly unknown[] = [],
): Promise<pg.QueryResult<R>> {
  return client.query<R>({ name, text, values: [...values] });
}
