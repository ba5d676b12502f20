import { readSnapshots, type ResourceSnapshot, type SoakEvidence } from './soak-evidence.js';
import { readSoakLog, soakHours } from './soak-log.js';

export type SoakVerdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'NOT_APPLICABLE';

export interface SoakCheck {
  readonly id: string;
  readonly demands: string;
  readonly isMet: boolean;
  readonly says: string;
}

export interface SoakGateResult {
  readonly schema_version: '1.1';
  readonly verdict: SoakVerdict;
  /** Empty where it passed. */
  readonly why: string;
  readonly checks: readonly SoakCheck[];
  readonly figures: SoakFigures;
  /** Hours between the first and the last line whose check did not run. */
  readonly missingHours: readonly number[];
  /** Of the last line of an hour; null where there is none. */
  readonly endedAtMs: number | null;
}

export interface SoakFigures {
  readonly hours: number | null;
  readonly hourlyLines: number;
  readonly restartAlerts: number;
  /** Percentage points of the limit, of the service that grew most; null: not measured. */
  readonly memoryGrowthPp: number | null;
  readonly cpuMeanPercent: number | null;
  readonly snapshots: number;
}

const INTENT = 'lr040';
const HOURS_MIN = 72;
const HOUR_MS = 3_600_000;
const MEMORY_GROWTH_PP_MAX = 10;
const CPU_MEAN_PERCENT_MAX = 70;
const SNAPSHOTS_MIN = 2;

/** The gate of the 72 h soak, schema 1.1. Pure; what was not measured is not met. Source: domain.md 6.4. */
export function judgeSoak(evidence: SoakEvidence): SoakGateResult {
  const lines = readSoakLog(evidence.log ?? '');
  const hours = soakHours(lines);
  const { firstAtMs, lastAtMs } = hours;
  const snapshots = readSnapshots(evidence.resources ?? '');
  const figures: SoakFigures = {
    hours: firstAtMs === null || lastAtMs === null ? null : (lastAtMs - firstAtMs) / HOUR_MS,
    hourlyLines: hours.count,
    restartAlerts: lines.filter(({ kind }) => kind === 'restart' || kind === 'sut-restart').length,
    memoryGrowthPp: memoryGrowth(snapshots),
    cpuMeanPercent: cpuMean(snapshots),
    snapshots: snapshots.length,
  };
  const checks = checksOf(evidence, figures, hours.areRising);
  const isInterrupted =
    evidence.isInconclusive || lines.some(({ kind }) => kind === 'interruption');
  const { verdict, why } = verdictOf(evidence, checks, isInterrupted);
  return {
    ...{ schema_version: '1.1', verdict, why, checks, figures },
    ...{ missingHours: hours.missing, endedAtMs: lastAtMs },
  };
}

function checksOf(
  { log, isFailed, isInconclusive, unreadable }: SoakEvidence,
  figures: SoakFigures,
  areRising: boolean,
): readonly SoakCheck[] {
  const { hours, hourlyLines, restartAlerts, memoryGrowthPp, cpuMeanPercent, snapshots } = figures;
  const check = (id: string, demands: string, isMet: boolean, says: string): SoakCheck => ({
    ...{ id, demands, isMet, says },
  });
  const isThere = log !== null && hourlyLines > 0;
  const marker = isFailed ? 'there is one' : 'there is none';
  const both = isFailed && isInconclusive;
  return [
    check(
      'evidence_readable',
      'every file can be read',
      unreadable.length === 0,
      unreadable.join('; '),
    ),
    check('hourly_log_present', 'the hourly log is there', isThere, `${hourlyLines} hourly lines`),
    check(
      'duration_gte_72h',
      `last minus first line at least ${HOURS_MIN} h`,
      hours !== null && hours >= HOURS_MIN,
      hours === null ? 'not measured' : `${two(hours)} h`,
    ),
    check(
      'hours_rising',
      'hours strictly rising: one writer',
      areRising,
      areRising ? 'they rise' : 'they do not',
    ),
    check('no_failed_marker', 'no FAILED marker', !isFailed, marker),
    check(
      'no_conflicting_markers',
      'not both markers',
      !both,
      both ? 'conflicting_markers' : 'not both',
    ),
    check(
      'no_restart_alerts',
      'no restart',
      restartAlerts === 0,
      `${restartAlerts} restart alerts`,
    ),
    check(
      'memory_growth_lt_10pp',
      `memory grows by less than ${MEMORY_GROWTH_PP_MAX} pp of the limit`,
      memoryGrowthPp !== null && memoryGrowthPp < MEMORY_GROWTH_PP_MAX,
      memoryGrowthPp === null
        ? 'not measured'
        : `${memoryGrowthPp < 0 ? '' : '+'}${two(memoryGrowthPp)} pp`,
    ),
    check(
      'cpu_mean_lt_70',
      `CPU below ${CPU_MEAN_PERCENT_MAX} % on average`,
      cpuMeanPercent !== null && cpuMeanPercent < CPU_MEAN_PERCENT_MAX,
      cpuMeanPercent === null ? 'not measured' : `${two(cpuMeanPercent)} %`,
    ),
    check(
      'snapshots_gte_2',
      `at least ${SNAPSHOTS_MIN} snapshots`,
      snapshots >= SNAPSHOTS_MIN,
      `${snapshots} snapshots`,
    ),
  ];
}

function verdictOf(
  { intent, isFailed, isInconclusive }: SoakEvidence,
  checks: readonly SoakCheck[],
  isInterrupted: boolean,
): { readonly verdict: SoakVerdict; readonly why: string } {
  if (intent?.trim() !== INTENT) {
    const said = intent === null ? 'nothing' : JSON.stringify(intent.trim().slice(0, 40));
    return { verdict: 'NOT_APPLICABLE', why: `the run says ${said} of its intent, not ${INTENT}` };
  }
  if (isFailed && isInconclusive) return { verdict: 'FAIL', why: 'conflicting_markers' };
  if (isFailed) return { verdict: 'FAIL', why: 'it has the marker FAILED' };
  if (isInterrupted) return { verdict: 'INCONCLUSIVE', why: 'its environment was interrupted' };
  const unmet = checks.filter(({ isMet }) => !isMet);
  if (unmet.length === 0) return { verdict: 'PASS', why: '' };
  return { verdict: 'FAIL', why: unmet.map(({ id, says }) => `${id}: ${says}`).join('; ') };
}

/** Of each service from the first snapshot that knows it to the last; null where none is in two. */
function memoryGrowth(snapshots: readonly ResourceSnapshot[]): number | null {
  const first = new Map<string, number>();
  const growth = new Map<string, number>();
  for (const { name, memoryPercent } of snapshots.flatMap(({ services }) => services)) {
    if (memoryPercent === null) continue;
    const before = first.get(name);
    if (before === undefined) first.set(name, memoryPercent);
    else growth.set(name, memoryPercent - before);
  }
  return growth.size === 0 ? null : Math.max(...growth.values());
}

function cpuMean(snapshots: readonly ResourceSnapshot[]): number | null {
  const all = snapshots.flatMap(({ services }) =>
    services.flatMap(({ cpuPercent }) => (cpuPercent === null ? [] : [cpuPercent])),
  );
  return all.length === 0 ? null : all.reduce((sum, one) => sum + one, 0) / all.length;
}

function two(value: number): string {
  return (Math.floor(value * 100) / 100).toFixed(2);
}
