import type { Remedy } from '../../doctor/check.js';
import { isBad, isUnknown, STATUSES, type Finding } from '../../doctor/finding.js';
import { findingJson } from '../../doctor/report/day-report.js';
import { decisionMatrix, nextStep, topThree } from '../../doctor/verdict.js';
import { durationText, utcText } from '../../view/age.js';
import { plainText } from '../../view/plain-text.js';
import type { CheckUp } from './check-up.js';

/** More than these are told by group; --json has every one. */
const NAMES_MAX = 4;
const REASONS_MAX = 8;

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

/** What is not well in full, the rest by name; what was not examined by its reason. */
export function checkUpText({ status, findings, atMs, tookMs }: CheckUp): string {
  const told = findings.filter((finding) => finding.status === 'WARN' || isBad(finding));
  const well = findings.filter((finding) => finding.status === 'OK');
  const step = nextStep(findings);
  return [
    `CHECK-UP  ${utcText(atMs)}   ${status}   ${countWords(findings)}\n`,
    ...byReason(told).map(findingText),
    well.length === 0 ? '' : `OK       ${well.map(({ id }) => id).join(' ')}\n`,
    ...skippedLines(findings).map((line) => `${plainText(line)}\n`),
    `next step (exactly one): ${plainText(stepText(step))}\n`,
    `${findings.length} checks in ${durationText(tookMs)}\n`,
  ].join('');
}

/** One place that gives no answer is told once, with all that is unknown by it. */
function byReason(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = isUnknown(finding) ? `${finding.status} ${finding.says}` : finding.id;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [finding]);
    else known.push(finding);
  }
  return [...groups.values()];
}

/** `not looked at: redis 11, streams 19   no Redis configured`, what is most first. */
export function skippedLines(findings: readonly Finding[]): readonly string[] {
  const byWhy = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.status !== 'SKIP') continue;
    const why = reasonOf(finding);
    byWhy.set(why, [...(byWhy.get(why) ?? []), finding]);
  }
  const told = [...byWhy].sort(([, a], [, b]) => b.length - a.length);
  const rest = told.slice(REASONS_MAX).flatMap(([, skipped]) => skipped);
  const lines = told
    .slice(0, REASONS_MAX)
    .map(([why, skipped]) => `not looked at: ${namesOf(skipped)}   ${why}`);
  if (rest.length === 0) return lines;
  return [...lines, `not looked at: ${rest.length} more checks, each with its reason in --json`];
}

/** Without the way to it: what needs a place that needs another is not there for the same reason. */
function reasonOf({ says }: Finding): string {
  const chain = says.split(/needs \S+, which is [A-Z]+: |not examined: /);
  return chain.at(-1) ?? says;
}

function namesOf(findings: readonly Finding[]): string {
  if (findings.length <= NAMES_MAX) return findings.map(({ id }) => id).join(' ');
  const groups = [...new Set(findings.map(({ group }) => group))];
  const counts = groups.map((group) => {
    return `${group} ${findings.filter((finding) => finding.group === group).length}`;
  });
  return counts.join(', ');
}

export function stepText({ does, command, gate }: ReturnType<typeof nextStep>): string {
  const how = command === null ? does : `${command}   (${does})`;
  return gate === null ? how : `${how}   needs gate: ${gate}`;
}

function findingText([finding, ...others]: readonly [Finding, ...Finding[]]): string {
  const { remedy } = finding;
  const lines = [
    `${finding.status.padEnd(8)} ${finding.level} ${finding.id}   ${finding.says}`,
    ...(others.length === 0 ? [] : [`  also     ${others.map(({ id }) => id).join(' ')}`]),
    ...finding.evidence.map(
      ({ what, source, observedAtMs }) =>
        `  evidence ${what}   (${source}, ${utcText(observedAtMs)})`,
    ),
    `  matters  ${finding.matters}`,
    ...(remedy === null ? [] : [`  fix      ${remedyText(remedy)}`]),
  ];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

function remedyText({ command, does, risk, gate }: Remedy): string {
  const needs = gate === null ? '' : `   gate: ${gate}`;
  return `${command ?? does}   risk: ${risk}${needs}`;
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
