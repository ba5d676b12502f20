import type { Finding } from '../../schema/contracts/finding.js';
import type { DriftReport, TableDrift } from '../../schema/drift/look-for-drift.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { columnRows, verdictOf } from './drift-tables.js';

/** Tables with findings in full, the others by name; every line is for people. */
export function driftText(target: string, report: DriftReport): string {
  const { tables, findings, prepared, schema } = report;
  const clean = tables.filter((table) => table.findings.length === 0);
  const others = tables.filter((table) => table.findings.length > 0);
  return [
    `${plainText(`target   ${target}   schema ${schema ?? 'none'}`)}\n`,
    ...others.map((table) => tableText(table, report)),
    ...findings.map(findingLine),
    clean.length === 0
      ? ''
      : `OK    ${clean.length} tables are as contract, code and live schema agree: ${clean.map(({ table }) => plainText(table)).join(', ')}\n`,
    `${prepared} statements prepared\n`,
  ].join('');
}

function tableText(table: TableDrift, report: DriftReport): string {
  const rows = columnRows(table, report).map((row) => [
    `  ${row.column} ${row.type}`,
    row.live,
    row.code,
    row.contract,
    row.verdict === 'OK' ? '' : row.verdict,
  ]);
  const titles = [`table ${table.table}`, 'live db', 'code INSERT', 'contract', ''];
  const columns = titles.map((title) => ({ title }));
  const list = rows.length === 0 ? `table ${plainText(table.table)}\n` : textTable(columns, rows);
  return `${list}${table.findings.map(findingLine).join('')}`;
}

export function findingLine({ level, words }: Finding): string {
  return `  ${level}  ${plainText(words)}\n`;
}

/** `1 FAIL 1 WARN`, or what is good. */
export function countWords(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  const parts = (['FAIL', 'WARN'] as const)
    .map((level) => [count(level), level] as const)
    .filter(([number]) => number > 0);
  if (parts.length === 0) return 'OK: no drift';
  return parts.map(([number, level]) => `${number} ${level}`).join(' ');
}

/** The one command that comes next; empty where nothing has to be done. */
export function fixOf(findings: readonly Finding[]): string {
  const fails = findings.filter(({ level }) => level === 'FAIL');
  const [first] = fails;
  if (first === undefined || verdictOf(fails) === 'OK') return '';
  const ofContract: readonly Finding['kind'][] = [
    'insert column not in contract',
    'insert column not in code',
    'contract missing',
  ];
  const contract = fails.find(({ kind }) => ofContract.includes(kind));
  if (contract !== undefined) {
    return `cdb contracts snapshot ${contract.table}   (where the contract is what is wrong)`;
  }
  if (fails.every(({ kind }) => kind === 'privilege')) {
    return 'the GRANT that is named above, as the owner of the tables';
  }
  if (fails.every(({ kind }) => kind === 'setting')) {
    return 'take that setting back from the server, the database or the role (RESET), as its owner';
  }
  if (fails.every(({ kind }) => kind === 'value')) {
    return 'find who wrote these rows; the schema itself is as agreed';
  }
  return 'cdb migrate verify';
}
