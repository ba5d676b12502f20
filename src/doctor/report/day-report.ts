import { durationText, isoOrNull } from '../../view/age.js';
import type { Evidence } from '../check.js';
import type { Readings } from '../facts.js';
import { isBad, type Finding, type Status } from '../finding.js';
import {
  dayStatus,
  decisionMatrix,
  nextStep,
  ordered,
  topThree,
  type DayStatus,
  type NextStep,
} from '../verdict.js';
import { compareReports, type Comparison, type PastReport } from './compare.js';
import { fixPlans, type FixPlan } from './fix-plan.js';
import { collected } from './phases.js';
import { section, type Section } from './section.js';

/** All of the report of a day. Its JSON is this, and its Markdown is made from nothing else. */
export interface DayReport {
  readonly status: DayStatus;
  /** ISO, UTC. */
  readonly observed_at: string;
  /** False: something was left out on purpose, so that it stands for no pass. */
  readonly is_whole: boolean;
  readonly header: Readonly<Record<string, string>>;
  readonly top_findings: readonly ToldFinding[];
  readonly next_step: NextStep;
  readonly sections: readonly Section[];
  readonly fix_plan: readonly FixPlan[];
  readonly related_issues: readonly string[];
  readonly compared: Comparison;
  readonly findings: readonly ToldFinding[];
}

export interface ToldFinding {
  readonly id: string;
  readonly group: string;
  readonly level: string;
  readonly status: Status;
  readonly title: string;
  readonly says: string;
  readonly matters: string;
  readonly evidence: readonly {
    readonly what: string;
    readonly source: string;
    /** ISO, UTC; null for a time that no clock can show. */
    readonly observed_at: string | null;
  }[];
  readonly remedy: Finding['remedy'];
  readonly figures: Finding['figures'];
  readonly duration_ms: number;
}

export interface ReportOrder {
  readonly readings: Readings;
  readonly findings: readonly Finding[];
  readonly nowMs: number;
  readonly tookMs: number;
  /** Of the header, in its order: operator, profile, build, … */
  readonly about: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly before: readonly PastReport[];
  readonly isWhole: boolean;
}

export function dayReport(order: ReportOrder): DayReport {
  const { readings, nowMs, about, before } = order;
  const findings = ordered(order.findings);
  const status = dayStatus(findings);
  const at = new Date(nowMs).toISOString();
  const unwell = findings.filter((finding) => finding.status === 'WARN' || isBad(finding));
  const told = Object.fromEntries(unwell.map((finding) => [finding.id, finding.status]));
  return {
    status,
    observed_at: at,
    is_whole: order.isWhole,
    header: { date: at.slice(0, 10), at, ...ofRepository(readings), ...about },
    top_findings: topThree(findings).map(findingJson),
    next_step: nextStep(findings),
    sections: [
      ...collected(readings, nowMs),
      matrixSection(findings),
      evidenceSection(findings, order),
    ],
    fix_plan: fixPlans(findings),
    related_issues: relatedIssues(readings),
    compared: compareReports(before, { at, status, findings: told }),
    findings: findings.map(findingJson),
  };
}

export function findingJson(finding: Finding): ToldFinding {
  const { id, group, level, status, title, says, matters, remedy, figures } = finding;
  const evidence = finding.evidence.map(({ what, source, observedAtMs }) => ({
    what,
    source,
    observed_at: isoOrNull(observedAtMs),
  }));
  const duration_ms = finding.durationMs;
  return { id, group, level, status, title, says, matters, evidence, remedy, figures, duration_ms };
}

function ofRepository({ repository }: Readings): Readonly<Record<string, string>> {
  if (repository.state !== 'read') return {};
  const { branch, commit, subject } = repository.value;
  if (commit === null) return { branch };
  return { branch, commit: subject === null ? commit : `${commit} (${subject})` };
}

function matrixSection(findings: readonly Finding[]): Section {
  const rows = decisionMatrix(findings).map(({ component, status, says, action }) => ({
    component,
    status,
    evidence: says,
    action,
  }));
  return section('3', 'Decision matrix', [], rows);
}

function evidenceSection(findings: readonly Finding[], { nowMs, tookMs }: ReportOrder): Section {
  const skipped = findings.filter(({ status }) => status === 'SKIP');
  const all = findings.flatMap(({ evidence }) => evidence);
  return section(
    '5',
    'Evidence',
    [
      `${findings.length - skipped.length} checks in ${durationText(tookMs)}, ${oldestWords(all, nowMs)}`,
      `not examined: ${skipped.length} checks`,
    ],
    skipped.map(({ id, says }) => ({ check: id, why: says })),
  );
}

function oldestWords(evidence: readonly Evidence[], nowMs: number): string {
  const times = evidence.map(({ observedAtMs }) => observedAtMs).filter(Number.isFinite);
  if (times.length === 0) return 'no evidence';
  return `oldest evidence ${durationText(nowMs - Math.min(...times))} old`;
}

function relatedIssues({ issues }: Readings): readonly string[] {
  if (issues.state !== 'read') return [];
  return issues.value.map(({ number, title }) => `#${number} ${title}`);
}
