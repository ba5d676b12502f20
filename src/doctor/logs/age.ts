import { shellWord } from '../../view/shell-word.js';
import { check, skip, type Evidence, type Judgement } from '../check.js';
import { utcText } from '../../view/age.js';
import type { ServiceLog } from './facts.js';
import { lagText, STALE_MS } from './log-standing.js';
import { LOG_WINDOW_MS } from './service-checks.js';

const AHEAD_WARN_MS = 2_000;
const AHEAD_FAIL_MS = 5_000;
const ZONE_STEP_MS = 30 * 60_000;
/** A log that was read in the wrong zone is off by whole half hours, and by what it is old. */
const ZONE_SLACK_MS = 2 * 60_000;

/** One stale service may be idle; where the newest line of all is old, no log tells of now. */
export const logAge = check({
  id: 'logs.age',
  group: 'logs',
  level: 'P2',
  title: 'the newest line of the logs is as old as this report',
  matters:
    'a log that ended hours ago, or whose clock is off, is no evidence of now, and a filter by the clock on the wall finds nothing in it',
  components: ['host'],
  needs: ['logs'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs }) => {
    const foreign = logs.value.filter(({ isOwn }) => isOwn !== true);
    const dated = foreign.filter((log): log is Dated => log.newestAtMs !== null);
    const newest = [...dated].sort((a, b) => b.newestAtMs - a.newestAtMs)[0];
    if (foreign.length === 0) return skip('only the log of our own engine is read');
    if (newest === undefined) return skip('no line of any log has a time');
    const evidence = foreign.map((log) => ageEvidence(log, nowMs));
    const lagMs = nowMs - newest.newestAtMs;
    const figures = { lag_h: Math.round(lagMs / 360_000) / 10, lag_ms: Math.round(lagMs) };
    if (lagMs > STALE_MS) return { ...stale(newest, lagMs), evidence, figures };
    if (-lagMs > AHEAD_WARN_MS) return { ...ahead(newest, -lagMs), evidence, figures };
    const says = `the newest line is ${lagText(lagMs)} old, of ${newest.service}`;
    return { status: 'OK', says, evidence, figures };
  },
});

type Dated = ServiceLog & { readonly newestAtMs: number };

function stale(newest: Dated, lagMs: number): Pick<Judgement, 'status' | 'says' | 'remedy'> {
  return {
    status: 'WARN',
    says:
      `evidence of the logs is older than the report by ${lagText(lagMs)}: stale or skewed clock` +
      `${zoneWords(newest, lagMs)}; the window is counted back from ${utcText(newest.newestAtMs)}`,
    remedy: clockRemedy(newest),
  };
}

function ahead(
  newest: Dated,
  aheadMs: number,
): Pick<Judgement, 'status' | 'level' | 'says' | 'remedy'> {
  return {
    status: aheadMs > AHEAD_FAIL_MS ? 'FAIL' : 'WARN',
    level: aheadMs > AHEAD_FAIL_MS ? 'P1' : 'P2',
    says: `the log of ${newest.service} is ${lagText(aheadMs)} ahead of this clock: skewed clock${zoneWords(newest, aheadMs)}`,
    remedy: clockRemedy(newest),
  };
}

/** Whole half hours up to the widest zone are hardly chance. */
function zoneWords({ zone }: Dated, ms: number): string {
  const steps = Math.round(ms / ZONE_STEP_MS);
  const isNear = Math.abs(ms - steps * ZONE_STEP_MS) <= ZONE_SLACK_MS;
  const isZone = steps >= 1 && steps * ZONE_STEP_MS <= 14 * 3_600_000;
  return isNear && isZone ? `, or not of zone ${zone}, in which it was read (doctor.logsZone)` : '';
}

function ageEvidence({ service, place, newestAtMs, zone }: ServiceLog, nowMs: number): Evidence {
  const what =
    newestAtMs === null
      ? `${service}: no line with a time`
      : `${service}: newest line ${utcText(newestAtMs)}, times without a zone read as ${zone}`;
  // The look at the log is of now, whatever the log is of.
  return { what, source: place, observedAtMs: nowMs };
}

function clockRemedy({ service }: Dated): NonNullable<Judgement['remedy']> {
  return {
    does: `compare the clock of ${service} with this one; a suspended host leaves it behind`,
    command: `docker exec ${shellWord(service)} date -u`,
    risk: 'none: it only reads',
    gate: null,
  };
}
