import { resolve } from 'node:path';
import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import {
  judgeShadowGate,
  SHADOW_GATE_CHECKS,
  SHADOW_GATE_FILES,
  type ShadowGateCheck,
  type ShadowGateEvidence,
  type ShadowGateVerdict,
} from '../../doctor/readiness/shadow-gate.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { tellEvaluation, type EvaluateServices } from './evaluation.js';

/** LR-030 demands more than a day; the gate itself looks at no length. */
const RUN_MINUTES_MIN = 24 * 60;

/** The ten checks over an evidence folder. 0 PASS, 1 FAIL or a file is missing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: EvaluateServices,
): Promise<number> {
  const path = options.text('dir') ?? '.';
  const folder = await services.evidenceFolder(resolve(io.cwd, path));
  const sources = Object.fromEntries(
    Object.entries(SHADOW_GATE_FILES).map(([name, file]) => [name, folder.read(file)]),
  ) as ShadowGateEvidence & Readonly<Record<string, FileReading>>;
  const verdict = judgeShadowGate(sources);
  const isPass = verdict.verdict === 'PASS';
  const minutes = verdict.soak_minutes;
  return tellEvaluation(
    {
      command: 'evaluate.shadow-gate',
      isPass,
      data: { ...verdict },
      text: gateText(path, verdict),
    },
    {
      kind: 'shadow-gate',
      fault: proofFault(verdict),
      says: `10 of 10 checks over ${minutes ?? '?'} min of shadow`,
      evidenceAt: verdict.ended_at,
      sources,
    },
    { options, io, services },
  );
}

function proofFault({
  verdict,
  failures,
  unusable,
  soak_minutes,
}: ShadowGateVerdict): string | null {
  if (verdict === 'FAIL') return [...unusable, ...failures].join(', ');
  if (soak_minutes !== null && soak_minutes > RUN_MINUTES_MIN) return null;
  const found =
    soak_minutes === null ? 'the index does not say how long it was' : `it was ${soak_minutes} min`;
  return `a run of more than ${RUN_MINUTES_MIN} min is demanded, ${found}`;
}

function gateText(path: string, { verdict, checks, unusable }: ShadowGateVerdict): string {
  const rows = (Object.keys(SHADOW_GATE_CHECKS) as ShadowGateCheck[]).map((name) => [
    checks[name] ? 'PASS' : 'FAIL',
    name,
    SHADOW_GATE_CHECKS[name],
  ]);
  const met = rows.filter(([word]) => word === 'PASS').length;
  return [
    `${plainText(path)}: ${verdict}   ${met} of ${rows.length}\n`,
    ...unusable.map((words) => `${plainText(`missing  ${words}`)}\n`),
    textTable(
      ['verdict', 'check', 'demands'].map((title) => ({ title })),
      rows,
    ),
  ].join('');
}
