import { firstWord, judgeCriteria, type CriteriaVerdict, type Criterion } from './criteria.js';
import { amount, observedMs, rowsIn, share } from './evidence-figures.js';
import { memberOf, type Members } from './members.js';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 300_000;
const HOTFIX_DOWN_SEC_MAX = 300;

type Figure =
  | 'observed_hours'
  | 'control_restarts_not_allowed'
  | 'candle_gap_sec_max'
  | 'feed_disconnected_share'
  | 'decision_windows_share'
  | 'reject_share'
  | 'breaker_trips'
  | 'breaker_trips_24h_max'
  | 'kill_switch_active_sec'
  | 'http_5xx_share'
  | 'stream_drop_share'
  | 'stalled_while_healthy_sec_max'
  | 'real_order_attempts'
  | 'secrets_in_traces';

const rule = (
  figure: Figure,
  demands: string,
  judge: Criterion<Figure>['judge'],
): Criterion<Figure> => ({ id: figure, figure, demands, judge });

/** Source: domain.md 4.6; ABORT is a hard abort. */
export const VALIDATION_WINDOW_RULES: readonly Criterion<Figure>[] = [
  rule('observed_hours', 'at least 72 h', (value) => firstWord(['PASS', value >= 72])),
  rule(
    'control_restarts_not_allowed',
    'no restart of a control service, but one hotfix of less than 5 min',
    (value) => firstWord(['PASS', value === 0]),
  ),
  rule('candle_gap_sec_max', 'at most 5 min; more than 60 min aborts', (value) =>
    firstWord(['ABORT', value > 3_600], ['PASS', value <= 300]),
  ),
  rule('feed_disconnected_share', 'at most 10 % of the time', (value) =>
    firstWord(['PASS', value <= 0.1]),
  ),
  rule('decision_windows_share', 'decisions in at least 95 % of the windows of 5 min', (value) =>
    firstWord(['PASS', value >= 0.95]),
  ),
  rule('reject_share', 'from 10 to 90 %; below 5 or above 95 % fails', (value) =>
    firstWord(
      ['FAIL', value < 0.05 || value > 0.95],
      ['WARN', value < 0.1 || value > 0.9],
      ['PASS', true],
    ),
  ),
  rule('breaker_trips', 'fewer than 3', (value) => firstWord(['PASS', value < 3])),
  rule('breaker_trips_24h_max', '5 within 24 h abort', (value) =>
    firstWord(['ABORT', value >= 5], ['PASS', true]),
  ),
  rule('kill_switch_active_sec', 'never; more than 60 s aborts', (value) =>
    firstWord(['ABORT', value > 60], ['PASS', value === 0], ['WARN', true]),
  ),
  rule('http_5xx_share', 'below 1 %; 5 % fails', (value) =>
    firstWord(['PASS', value < 0.01], ['WARN', value < 0.05]),
  ),
  rule('stream_drop_share', 'below 0.1 %; 1 % fails', (value) =>
    firstWord(['PASS', value < 0.001], ['WARN', value < 0.01]),
  ),
  rule('stalled_while_healthy_sec_max', 'health 200 without a candle for 15 min aborts', (value) =>
    firstWord(['ABORT', value >= 900], ['PASS', true]),
  ),
  rule('real_order_attempts', 'any aborts', (value) =>
    firstWord(['PASS', value === 0], ['ABORT', true]),
  ),
  rule('secrets_in_traces', 'any aborts', (value) =>
    firstWord(['PASS', value === 0], ['ABORT', true]),
  ),
];

/** LR-007. Pure. */
export function judgeValidationWindow(evidence: Members): CriteriaVerdict {
  const of = (name: string) => amount(evidence, name);
  const spanMs = observedMs(evidence);
  const spanSec = spanMs === null ? null : spanMs / 1_000;
  return judgeCriteria(VALIDATION_WINDOW_RULES, {
    observed_hours: spanMs === null ? null : spanMs / HOUR_MS,
    control_restarts_not_allowed: restartsNotAllowed(evidence),
    candle_gap_sec_max: of('candle_gap_sec_max'),
    feed_disconnected_share: share(of('feed_disconnected_sec'), spanSec),
    decision_windows_share: share(of('decision_windows_active'), windowsOf(evidence, spanMs)),
    reject_share: share(of('rejects'), of('decisions')),
    breaker_trips: of('breaker_trips'),
    breaker_trips_24h_max: of('breaker_trips_24h_max'),
    kill_switch_active_sec: of('kill_switch_active_sec'),
    http_5xx_share: share(of('http_5xx'), of('http_requests')),
    stream_drop_share: share(of('stream_dropped'), of('stream_published')),
    stalled_while_healthy_sec_max: of('stalled_while_healthy_sec_max'),
    real_order_attempts: of('real_order_attempts'),
    secrets_in_traces: of('secrets_in_traces'),
  });
}

/** Windows that somebody left out would make the share of the rest look better. */
function windowsOf(evidence: Members, spanMs: number | null): number | null {
  const windows = amount(evidence, 'decision_windows');
  if (windows === null || spanMs === null) return null;
  return windows >= Math.floor(spanMs / WINDOW_MS) - 1 ? windows : null;
}

function restartsNotAllowed(evidence: Members): number | null {
  const restarts = rowsIn(evidence, 'control_restarts');
  if (restarts === null) return null;
  const [first] = restarts;
  if (first === undefined) return 0;
  const downSec = amount(first, 'downtime_sec');
  const isHotfix =
    memberOf(first, 'hotfix') === true && downSec !== null && downSec < HOTFIX_DOWN_SEC_MAX;
  return isHotfix ? restarts.length - 1 : restarts.length;
}
