import { contractType, columnType, typeWords } from '../../schema/contracts/column-type.js';
import type { Finding } from '../../schema/contracts/finding.js';
import type { DriftReport, TableDrift } from '../../schema/drift/look-for-drift.js';

/** One column of a table in its three sources, in words. */
export interface ColumnRow {
  readonly column: string;
  readonly type: string;
  readonly live: string;
  readonly code: string;
  readonly contract: string;
  readonly verdict: 'OK' | 'WARN' | 'FAIL';
}

/** Columns that the code sends or the contract agrees on, and those with a finding. */
export function columnRows(
  { table, contract, inserts, findings }: TableDrift,
  { catalog }: Pick<DriftReport, 'catalog'>,
): readonly ColumnRow[] {
  const live = catalog.relations[table]?.columns ?? [];
  const sent = inserts.flatMap(({ columns }) => columns);
  const agreed = contract?.insert_columns ?? [];
  const known = new Set([
    ...Object.keys(contract?.fields ?? {}),
    ...sent,
    ...live.map(({ name }) => name),
  ]);
  const spoken = findings.map(({ subject }) => subject);
  const names = [...known].filter((name) => [...agreed, ...sent, ...spoken].includes(name));
  return names.map((column) => {
    const field = contract?.fields[column];
    const there = live.find(({ name }) => name === column);
    const ofColumn = findings.filter(({ subject }) => subject === column);
    const wanted = field === undefined ? null : typeWords(contractType(field));
    const stands = there === undefined ? null : typeWords(columnType(there.type));
    return {
      column,
      type: wanted ?? stands ?? '',
      live: liveWords(stands, ofColumn),
      code: sent.includes(column) ? 'sent' : agreed.includes(column) ? 'NOT SENT' : '-',
      contract: wanted === null ? 'MISSING' : 'ok',
      verdict: verdictOf(ofColumn),
    };
  });
}

function liveWords(stands: string | null, findings: readonly Finding[]): string {
  if (stands === null) return 'MISSING';
  const differing = findings.filter(({ kind }) =>
    ['type', 'nullability', 'default'].includes(kind),
  );
  const words = differing.map(({ found }) => found ?? '').join(', ');
  return words === '' ? 'ok' : words;
}

export function verdictOf(findings: readonly Finding[]): ColumnRow['verdict'] {
  if (findings.some(({ level }) => level === 'FAIL')) return 'FAIL';
  return findings.length > 0 ? 'WARN' : 'OK';
}
