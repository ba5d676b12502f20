import type { Rehearsal } from '../../schema/plan/rehearse.js';
import type { Loss } from '../../schema/plan/losses.js';
import type { PlannedFile } from '../../schema/plan/plan-files.js';
import { LOCKS, type Effect, type Hazard } from '../../schema/lint/effect.js';
import { plainText } from '../../view/plain-text.js';

const WORK_WORDS: Readonly<Record<Effect['work'], string>> = {
  none: 'no row is touched',
  rows: 'writes rows',
  scan: 'reads every row',
  rewrite: 'WRITES EVERY ROW ANEW',
};

/** One file of a plan, in words. Lines end with "\n". */
export function plannedText(file: PlannedFile): string {
  const how = file.alone ? 'without a transaction' : 'one transaction';
  const lines = [
    `  ${file.name}   ${how}`,
    ...file.faults.map((hazard) => `    ${hazardText(hazard)}`),
    ...grouped(file.steps).flatMap(({ step, count }) => stepLines(step, count)),
    `    reverse  ${reverseText(file.losses)}`,
  ];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

/** Thirty comments in a row are one line. */
function grouped(steps: readonly Effect[]): readonly { step: Effect; count: number }[] {
  const groups: { step: Effect; count: number }[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.step.words === step.words && step.hazards.length === 0) last.count += 1;
    else groups.push({ step, count: 1 });
  }
  return groups;
}

function stepLines({ words, lock, work, hazards }: Effect, count: number): readonly string[] {
  const times = count === 1 ? '' : ` (${count} times)`;
  const effect = lock === 'none' ? '' : `   lock ${LOCKS[lock]}; ${WORK_WORDS[work]}`;
  return [`    ${words}${times}${effect}`, ...hazards.map((one) => `      ${hazardText(one)}`)];
}

function hazardText({ level, rule, words }: Hazard): string {
  return `${level} ${rule}: ${words}`;
}

export function reverseText(losses: readonly Loss[] | null): string {
  if (losses === null) return 'none: only another migration takes it back';
  if (losses.length === 0) return 'cdb migrate down; destroys no rows';
  return `cdb migrate down; DESTROYS ${lossText(losses)}`;
}

export function lossText(losses: readonly Loss[]): string {
  return losses
    .map(({ what, rows }) => `${what} (${rows === null ? 'rows not counted' : `${rows} rows now`})`)
    .join(', ');
}

const REHEARSED: Readonly<Record<Rehearsal['where'], string>> = {
  'rolled back': 'tried on the database itself, in a transaction that was rolled back',
  shadow: 'tried on a database that was thrown away',
  refused: 'REFUSED by the server',
  'not done': 'NOT CHECKED',
};

export function rehearsalText({ where, why, findings }: Rehearsal, contracts: number): string {
  const faults = findings.filter(({ level }) => level === 'FAIL');
  const head =
    where === 'not done' || where === 'refused'
      ? `contracts  ${REHEARSED[where]}: ${why}`
      : `contracts  ${contracts - new Set(faults.map(({ table }) => table)).size} of ${contracts} hold afterwards (${REHEARSED[where]})`;
  const lines = [head, ...findings.map(({ level, words }) => `  ${level} ${words}`)];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}
