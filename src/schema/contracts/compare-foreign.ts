import { compareColumnsUsed } from '../sql/compare-columns-used.js';
import type { ForeignStatement } from '../sql/foreign-source.js';
import type { SqlParser } from '../sql/parse-sql.js';
import { readInserts, type ReadInserts } from '../sql/read-inserts.js';
import { compareCode } from './compare-code.js';
import type { Contract } from './contract.js';
import type { Finding } from './finding.js';

export interface ForeignReport {
  readonly statements: readonly ForeignStatement[];
  readonly inserts: ReadInserts['inserts'];
  readonly findings: readonly Finding[];
}

/**
 * The SQL of another program's file against contracts: the columns of its INSERTs, and those that its
 * other statements use. Tables that the file does not write are not asked for, unless they are named.
 */
export function compareForeign(
  parser: SqlParser,
  statements: readonly ForeignStatement[],
  contracts: ReadonlyMap<string, Contract>,
  tables: readonly string[],
): ForeignReport {
  const all = statements.map(({ statement }) => statement);
  const read = readInserts(parser, all);
  const written = new Set([...read.inserts, ...read.unread].map(({ table }) => table));
  const asked = tables.length > 0 ? new Set(tables) : written;
  const known = new Map([...contracts].filter(([table]) => asked.has(table)));
  const used = all.flatMap(({ name, text }) => {
    // What does not parse is told already.
    const parsed = read.unread.some(({ statement }) => statement === name)
      ? []
      : parser.parse(text);
    return compareColumnsUsed(contracts, name, parsed).filter(
      ({ table }) => tables.length === 0 || tables.includes(table),
    );
  });
  return {
    statements,
    inserts: read.inserts,
    findings: [...compareCode(known, read, tables), ...used],
  };
}
