import type { CatalogRelation, CatalogTrigger } from '../catalog/catalog.js';
import type { Contract } from './contract.js';
import type { Finding } from './finding.js';

/**
 * By name, definition, and the body of the function: one that was replaced no longer does what the
 * contract counts on. A contract without the list says nothing of triggers.
 */
export function compareTriggers(contract: Contract, relation: CatalogRelation): readonly Finding[] {
  const { table, triggers } = contract;
  if (triggers === null || triggers === undefined) return [];
  const findings: Finding[] = [];
  const add = (subject: string, expected: string | null, found: string | null, words: string) =>
    findings.push({ level: 'FAIL', table, kind: 'trigger', subject, expected, found, words });
  for (const { name, definition, function_sha256 } of triggers) {
    const live = relation.triggers.find((trigger) => trigger.name === name);
    const what = `trigger ${name} of table ${table}`;
    if (live === undefined) {
      add(name, definition, null, `${what} does not exist: ${definition}`);
      continue;
    }
    if (live.definition !== definition) {
      const words = `${what} is ${live.definition}, the contract says ${definition}`;
      add(name, definition, live.definition, words);
    }
    if (!live.enabled) add(name, 'enabled', 'disabled', `${what} is disabled`);
    if (live.functionSha256 !== function_sha256) {
      const words = `the function of ${what} has another body than in the contract`;
      add(name, `sha256 ${function_sha256}`, `sha256 ${live.functionSha256}`, words);
    }
  }
  const extra = relation.triggers.filter(({ name }) => !triggers.some((t) => t.name === name));
  return [...findings, ...extra.map((live) => extraTrigger(table, live))];
}

/** What runs behind a write, such as a copy or a message for others, leaves its row as it was sent. */
function extraTrigger(table: string, { name, definition }: CatalogTrigger): Finding {
  const isBehind = definition.startsWith('AFTER ');
  const effect = isBehind
    ? 'runs behind each write, which it can refuse'
    : 'can change or refuse rows';
  return {
    ...{ level: isBehind ? 'WARN' : 'FAIL', kind: 'trigger', table, subject: name },
    ...{ expected: null, found: definition },
    words: `trigger ${name} of table ${table} is not in the contract and ${effect}: ${definition}`,
  };
}
