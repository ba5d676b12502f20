import { resolve } from 'node:path';
import { isMembers, memberOf, type Members } from '../../doctor/readiness/members.js';
import {
  COMPARE_FILES,
  compareShadow,
  readActuals,
  type Comparison,
} from '../../doctor/readiness/shadow-compare.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { noProof, tellEvaluation, type EvaluateServices } from './evaluation.js';
import { readEvidenceFile } from './evidence-file.js';

/** The metrics of a shadow run against their thresholds. 0 only for PASS. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  const path = options.text('dir') ?? '.';
  const limits = options.text('limits');
  if (limits !== undefined && options.flag('write')) {
    throw noProof('LR-031 is proven by the thresholds of this build, not by those of a file');
  }
  const folder = await services.evidenceFolder(resolve(io.cwd, path));
  const sources = {
    index: folder.read(COMPARE_FILES.index),
    execution: folder.read(COMPARE_FILES.execution),
    risk: folder.read(COMPARE_FILES.risk),
  };
  const actuals = readActuals(sources);
  const thresholds =
    limits === undefined
      ? undefined
      : thresholdsOf((await readEvidenceFile(limits, io, services)).members);
  const compared = compareShadow(actuals, thresholds);
  const isPass = compared.verdict === 'PASS';
  return tellEvaluation(
    {
      command: 'evaluate.shadow-compare',
      ...{ isPass, data: { ...compared }, text: compareText(path, compared) },
    },
    {
      kind: 'shadow-compare',
      fault: isPass ? null : faultOf(compared),
      says: `${compared.metrics.length} metrics within their thresholds`,
      evidenceAt: actuals.endedAt,
      sources,
    },
    { options, io, services },
  );
}

/** A file may have them below `thresholds`, or be nothing else. */
function thresholdsOf(members: Members): Members {
  const inner = memberOf(members, 'thresholds');
  return isMembers(inner) ? inner : members;
}

function faultOf({ metrics, faults, verdict }: Comparison): string {
  const failed = metrics.filter((one) => one.verdict === 'FAIL');
  const words = [...faults, ...failed.map(({ metric, why }) => `${metric}: ${why}`)];
  return words.length === 0 ? verdict : words.join('; ');
}

function compareText(path: string, { verdict, metrics, faults }: Comparison): string {
  const rows = metrics.map(({ metric, actual, threshold, verdict: word, why }) => [
    word,
    metric,
    actual === null ? 'missing' : String(actual),
    threshold === '' ? '-' : threshold,
    why,
  ]);
  return [
    `${plainText(path)}: ${verdict}\n`,
    ...faults.map((words) => `${plainText(`evidence ${words}`)}\n`),
    textTable(
      ['verdict', 'metric', 'actual', 'threshold', 'why'].map((title) => ({ title })),
      rows,
    ),
  ].join('');
}
