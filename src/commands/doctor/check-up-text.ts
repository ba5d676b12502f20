import { isBad, STATUSES, type Finding } from '../../doctor/finding.js';
import { findingJson } from '../../doctor/report/day-report.js';
import { decisionMatrix, nextStep, topThree } from '../../doctor/verdict.js';
import { durationText, utcText } from '../../view/age.js';
import { plainText } from '../tables/plain-text.js';
import type { CheckUp } from './check-up.js';

export function checkUpJson({ status, findings, atMs, tookMs }: CheckUp) {
  return {
    status,
    observed_at: new Date(atMs).toISOString(),
    took_ms: Math.round(tookMs),
    counts: countsOf(findings),
    top_findings: topThree(findings).map(({ id }) => id),
    matrix: decisionMatrix(findings),
    next_step: nextStep(findings),
    findings: findings.map(findingJson),
  };
}

/** What is not well in full, the rest by name. */
export function checkUpText({ status, findings, atMs, tookMs }: CheckUp): string {
  const told = findings.filter((finding) => finding.status === 'WARN' || isBad(finding));
  const well = findings.filter((finding) => finding.status === 'OK');
  const skipped = findings.filter((finding) => finding.status === 'SKIP');
  const step = nextStep(findings);
  return [
    `CHECK-UP  ${utcText(atMs)}   ${status}   ${countWords(findings)}\n`,
    ...told.map(findingText),
    well.length === 0 ? '' : `OK       ${well.map(({ id }) => id).join(' ')}\n`,
    ...skipped.map(({ id, says }) => `${plainText(`SKIP     ${id}   ${says}`)}\n`),
    `next step (exactly one): ${plainText(stepText(step))}\n`,
    `${findings.length} checks in ${durationText(tookMs)}\n`,
  ].join('');
}

export function stepText({ does, command, gate }: ReturnType<typeof nextStep>): string {
  const how = command === null ? does : `${command}   (${does})`;
  return gate === null ? how : `${how}   needs gate: ${gate}`;
}

export function findingText(finding: Finding): string {
  const { remedy } = finding;
  const lines = [
    `${finding.status.padEnd(8)} ${finding.level} ${finding.id}   ${finding.says}`,
    ...finding.evidence.map(
      ({ what, source, observedAtMs }) =>
        `  evidence ${what}   (${source}, ${utcText(observedAtMs)})`,
    ),
    `  matters  ${finding.matters}`,
    ...(remedy === null
      ? []
      : [
          `  fix      ${remedy.command ?? remedy.does}   risk: ${remedy.risk}${remedy.gate === null ? '' : `   gate: ${remedy.gate}`}`,
        ]),
  ];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

function countsOf(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const counts = STATUSES.map(
    (status) => [status, findings.filter((finding) => finding.status === status).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function countWords(findings: readonly Finding[]): string {
  return Object.entries(countsOf(findings))
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}
