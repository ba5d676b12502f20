import { firstWord, judgeCriteria, type CriteriaVerdict, type Criterion } from './criteria.js';
import { amount, observedMs, rowsIn, share, timeIn } from './evidence-figures.js';
import type { Members } from './members.js';

const HOUR_MS = 3_600_000;
const PLANNED_DOWN_SEC_MAX = 300;

type Figure =
  | 'observed_hours'
  | 'success_share'
  | 'error_share'
  | 'order_latency_ms_p95'
  | 'redis_database_difference'
  | 'risk_blocks'
  | 'unplanned_restarts'
  | 'days_in_a_row_below_90';

const rule = (
  figure: Figure,
  demands: string,
  judge: Criterion<Figure>['judge'],
): Criterion<Figure> => ({ id: figure, figure, demands, judge });

/** Source: domain.md 4.4, January criteria. */
export const PAPER_PERIOD_RULES: readonly Criterion<Figure>[] = [
  rule('observed_hours', '5 days', (value) => firstWord(['PASS', value >= 120])),
  rule('success_share', 'at least 95 % filled', (value) => firstWord(['PASS', value >= 0.95])),
  rule('error_share', 'at most 5 % rejected', (value) => firstWord(['PASS', value <= 0.05])),
  rule('order_latency_ms_p95', 'below 200 ms; above 300 ms is to be investigated', (value) =>
    firstWord(['PASS', value < 200], ['INVESTIGATE', value > 300]),
  ),
  rule('redis_database_difference', 'none between Redis and database', (value) =>
    firstWord(['PASS', value === 0]),
  ),
  rule('risk_blocks', 'more than none over the period', (value) => firstWord(['PASS', value > 0])),
  rule('unplanned_restarts', 'none; two abort', (value) =>
    firstWord(['ABORT', value >= 2], ['PASS', value === 0]),
  ),
  rule('days_in_a_row_below_90', 'success below 90 % for 2 days is to be investigated', (value) =>
    firstWord(['INVESTIGATE', value >= 2], ['PASS', true]),
  ),
];

/** The five days of paper trading of January 2026. Pure. */
export function judgePaperPeriod(evidence: Members): CriteriaVerdict {
  const of = (name: string) => amount(evidence, name);
  const spanMs = observedMs(evidence);
  const redis = of('redis_count');
  const database = of('database_count');
  return judgeCriteria(PAPER_PERIOD_RULES, {
    observed_hours: spanMs === null ? null : spanMs / HOUR_MS,
    success_share: share(of('orders_filled'), of('orders_received')),
    error_share: share(of('orders_rejected'), of('orders_received')),
    order_latency_ms_p95: of('order_latency_ms_p95'),
    redis_database_difference:
      redis === null || database === null ? null : Math.abs(redis - database),
    risk_blocks: of('risk_blocks'),
    unplanned_restarts: unplannedRestarts(evidence),
    days_in_a_row_below_90: badDaysInARow(evidence),
  });
}

/** A marker that was set after the event plans nothing. */
function unplannedRestarts(evidence: Members): number | null {
  const restarts = rowsIn(evidence, 'restarts');
  if (restarts === null) return null;
  return restarts.filter((restart) => {
    const atMs = timeIn(restart, 'at');
    const markerMs = timeIn(restart, 'marker_at');
    const downSec = amount(restart, 'downtime_sec');
    const isPlanned = atMs !== null && markerMs !== null && downSec !== null && markerMs < atMs;
    return !isPlanned || downSec >= PLANNED_DOWN_SEC_MAX;
  }).length;
}

/** @returns null where a day does not say how many of its orders were filled */
function badDaysInARow(evidence: Members): number | null {
  const days = rowsIn(evidence, 'days');
  if (days === null || days.length === 0) return null;
  let longest = 0;
  let current = 0;
  for (const day of days) {
    const success = share(amount(day, 'orders_filled'), amount(day, 'orders_received'));
    if (success === null) return null;
    current = success < 0.9 ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}
