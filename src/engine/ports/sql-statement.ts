/**
 * One text that this program can send to PostgreSQL. All of them have this form and are listed
 * (adapters/postgres/all-statements.ts, schema/all-statements.ts), so that each can be prepared on a
 * live server before it is needed, and the columns of each INSERT be read by PostgreSQL's parser.
 */
export interface SqlStatement {
  /** Unique among all, in words that are a name in SQL too: `insert_orders`. */
  readonly name: string;
  readonly text: string;
}

export function sqlStatement(name: string, text: string): SqlStatement {
  return { name, text };
}

/** A piece of a statement's text that several share; sent only as a part of one. */
export function sqlPart(text: string): string {
  return text;
}

/** How many values the statement takes. */
export function parameterCount({ text }: SqlStatement): number {
  return Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
}
