import type { Component, Evidence, Judgement, Level, Remedy } from './check.js';
import type { Group } from './groups.js';

/**
 * BLOCKER is a FAIL of level P0. SKIP was not examined. STALE, TIMEOUT and CRASH mean "unknown",
 * which is never OK: the evidence is too old (or claims to be of the future), did not come in time,
 * or the check itself broke.
 */
export const STATUSES = [
  'BLOCKER',
  'FAIL',
  'CRASH',
  'TIMEOUT',
  'STALE',
  'WARN',
  'OK',
  'SKIP',
] as const;
export type Status = (typeof STATUSES)[number];

/** What one check found. */
export interface Finding {
  readonly id: string;
  readonly group: Group;
  readonly components: readonly Component[];
  readonly level: Level;
  readonly status: Status;
  readonly title: string;
  readonly says: string;
  readonly matters: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy | null;
  readonly figures: NonNullable<Judgement['figures']>;
  readonly durationMs: number;
}

/** The answer is no, or cannot be had. */
export function isBad({ status }: Pick<Finding, 'status'>): boolean {
  return status !== 'OK' && status !== 'SKIP' && status !== 'WARN';
}

/** Nobody knows. */
export function isUnknown({ status }: Pick<Finding, 'status'>): boolean {
  return status === 'CRASH' || status === 'TIMEOUT' || status === 'STALE';
}

/** Of two that cost the same the one that is nearer to effects is told first. */
const NEAREST: readonly Group[] = [
  'pipeline',
  'schema',
  'safety',
  'services',
  'streams',
  'postgres',
  'redis',
  'venue',
  'ci',
  'repository',
  'logs',
  'host',
  'config',
  'monitoring',
];

/** Worst first: by what it costs, then by how sure it is, then by how near it is to effects. */
export function bySeverity(a: Finding, b: Finding): number {
  return (
    rank(a) - rank(b) ||
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    NEAREST.indexOf(a.group) - NEAREST.indexOf(b.group) ||
    (a.id < b.id ? -1 : 1)
  );
}

function rank(finding: Finding): number {
  if (finding.status === 'OK') return 200;
  if (finding.status === 'SKIP') return 300;
  const level = ['P0', 'P1', 'P2', 'P3'].indexOf(finding.level);
  return finding.status === 'WARN' ? 100 + level : level * 10;
}
