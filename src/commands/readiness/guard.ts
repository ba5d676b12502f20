import { resolve } from 'node:path';
import { guardStates, type GuardResult } from '../../doctor/readiness/guard.js';
import { GUARD_RULES } from '../../doctor/readiness/guard-rules.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { readStateFolder } from './collect-evidence.js';
import type { EvidenceServices } from './readiness-ports.js';

const EXIT_OF = {
  VALID: EXIT.OK,
  VIOLATION: EXIT.FINDING,
  'CONFIGURATION ERROR': EXIT.USAGE,
} as const;

/** 0 valid, 1 a rule is broken, 2 there is no manifest to judge by. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvidenceServices,
): Promise<number> {
  const path = options.text('dir') ?? '.';
  const folder = await services.evidenceFolder(resolve(io.cwd, path));
  const result = guardStates(readStateFolder(folder));
  printResult(io, {
    command: 'readiness.guard',
    data: guardJson(result),
    rows: result.violations,
    text: () => guardText(path, result),
  });
  return EXIT_OF[result.verdict];
}

function guardJson({ verdict, violations, states, titles }: GuardResult) {
  return {
    verdict,
    violations: violations.map((one) => ({ ...one, demands: GUARD_RULES[one.rule] })),
    tasks: [...titles].map(([id, title]) => ({ id, title, state: states.get(id) ?? null })),
  };
}

function guardText(path: string, { verdict, violations, states, titles }: GuardResult): string {
  const count = (status: string) =>
    [...states.values()].filter((state) => state?.status === status).length;
  const rows = violations.map(({ rule, taskId, file, says }) => [
    rule,
    taskId ?? '-',
    file,
    says,
    GUARD_RULES[rule],
  ]);
  const titlesOf = ['rule', 'task', 'file', 'found', 'demands'];
  return [
    `${plainText(path)}: ${verdict}   ${titles.size} tasks, ${count('DONE')} done, ` +
      `${count('BLOCKED')} blocked, ${violations.length} violations\n`,
    rows.length === 0
      ? ''
      : textTable(
          titlesOf.map((title) => ({ title, widthMax: 120 })),
          rows,
        ),
  ].join('');
}
