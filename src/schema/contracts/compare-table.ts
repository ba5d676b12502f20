import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import { compareColumns } from './compare-columns.js';
import { compareConstraints, compareIndexes } from './compare-constraints.js';
import { compareTriggers } from './compare-triggers.js';
import type { Contract } from './contract.js';
import type { Finding, FindingKind } from './finding.js';

/**
 * What of a live table is not as its contract says. Compares catalog facts only: not whether the role
 * may use the table, nor what is in it. An empty answer means that every row which the contract
 * allows can be written.
 */
export function compareTable(contract: Contract, catalog: Catalog): readonly Finding[] {
  const { table } = contract;
  const relation = Object.hasOwn(catalog.relations, table) ? catalog.relations[table] : undefined;
  if (relation === undefined) {
    const where = catalog.schema === null ? 'any schema' : `schema ${catalog.schema}`;
    return [
      {
        ...told('table missing', table, ''),
        expected: 'table',
        found: null,
        words: `table ${table} does not exist in ${where}: every statement on it fails`,
      },
    ];
  }
  if (relation.kind !== 'table') return [notATable(relation)];
  return [
    ...tableProperties(relation),
    ...compareColumns(contract, relation),
    ...compareConstraints(contract, relation),
    ...compareIndexes(contract, relation),
    ...compareTriggers(contract, relation),
  ];
}

function notATable({ name, kind }: CatalogRelation): Finding {
  return {
    ...told('not a table', name, ''),
    expected: 'table',
    found: kind,
    words: `${name} is a ${kind}, not a table: nothing says that a row which was written can be read again`,
  };
}

function tableProperties(relation: CatalogRelation): readonly Finding[] {
  const { name, persistence, rowSecurity, rules } = relation;
  const findings: Finding[] = [];
  if (persistence !== 'permanent') {
    findings.push({
      ...told('table property', name, ''),
      expected: 'permanent',
      found: persistence,
      words: `table ${name} is ${persistence}: its rows are gone after a crash`,
    });
  }
  if (rowSecurity) {
    findings.push({
      ...told('table property', name, ''),
      expected: 'no row security',
      found: 'row security',
      words: `table ${name} has row security: rows can be hidden or refused`,
    });
  }
  for (const rule of rules) {
    findings.push({
      ...told('rule', name, rule.name),
      expected: null,
      found: rule.definition,
      words: `rule ${rule.name} of table ${name} is not in the contract: it can turn a statement into another`,
    });
  }
  return findings;
}

function told(kind: FindingKind, table: string, subject: string) {
  return { level: 'FAIL', kind, table, subject } as const;
}
