import { LEVELS } from '../../engine/domain/control.js';
import { judgeEffects } from '../../view/effects.js';
import { readiness } from '../../view/readiness.js';
import { countOf, REFERENCE_COUNTS } from '../../view/reference-counts.js';
import { counter, counterBy, gauge, type MetricSpec } from './metric-spec.js';

/** What the original never showed: reasons, the audit's own state, and whether effects flow. */
export const OWN_METRICS: readonly MetricSpec[] = [
  counterBy('reason_code', ['cdb_blocked_total', 'Signals blocked, by reason code'], (s) =>
    Object.fromEntries(Object.entries(s.blockedByCode).map(([code, { count }]) => [code, count])),
  ),
  counterBy(
    'reason',
    ['cdb_trades_refused_total', 'Trades refused at the door'],
    (s) => s.tradesRefused,
  ),
  counterBy('by', ['cdb_orders_refused_total', 'Orders that never left'], (s) => s.ordersRefusedBy),
  counterBy(
    'what',
    ['cdb_feed_total', 'What a live feed received, by kind'],
    (s) => s.feed.health?.counts ?? {},
  ),
  {
    name: 'cdb_feed_symbol_state',
    type: 'gauge',
    help: '1 for the state that the feed of a symbol is in',
    labels: ['symbol', 'state'],
    read: ({ feed }) =>
      (feed.health?.symbols ?? []).map(({ symbol, state }) => {
        return { labels: { symbol, state }, value: 1 };
      }),
  },
  gauge(
    'cdb_feed_clock_offset_ms',
    'Clock of the venue against ours; positive: ours is behind',
    (s) => s.feed.health?.clock.offsetMs ?? null,
  ),
  counter('cdb_hypothetical_fills_total', 'Fills that shadow mode only imagined', (s) =>
    s.portfolio.book === 'hypothetical' ? countOf(s, 'OrderFilled') : 0,
  ),
  gauge('cdb_audit_lag_ms', 'Age of the oldest batch that is not committed', (s) => s.audit.lagMs),
  gauge('cdb_audit_stalled', '1 while decisions cannot be committed', (s) =>
    s.audit.state === 'ok' ? 0 : 1,
  ),
  counter('cdb_audit_persist_failures_total', 'Commits that failed', (s) => s.audit.failures),
  gauge('cdb_audit_spool_batches', 'Batches that wait on disk', (s) => s.audit.spoolBatches),
  gauge('cdb_audit_spool_bytes', 'Bytes that wait on disk', (s) => s.audit.spoolBytes),
  counterBy(
    'table',
    ['cdb_audit_rows_committed_total', 'Audit rows committed, by table'],
    (s) => s.audit.rowsCommitted,
  ),
  gauge('cdb_journal_seq', 'Last journaled input', (s) => s.seqJournaled),
  gauge('cdb_folded_seq', 'Last folded input', (s) => s.seqFolded),
  gauge('cdb_committed_seq', 'Last input whose rows are committed', (s) => s.seqCommitted),
  gauge('cdb_level', '0 trading, 1 reducing, 2 halted', (s) => {
    const index = LEVELS.indexOf(s.control.level);
    return index === -1 ? LEVELS.length - 1 : index;
  }),
  {
    name: 'cdb_effect_stalled',
    type: 'gauge',
    help: '1 while causes have no effect, for each pair of the effect path',
    labels: ['effect'],
    read: (status, watch) =>
      judgeEffects(status, watch).map(({ name, word }) => ({
        labels: { effect: name },
        value: word === 'STALLED' ? 1 : 0,
      })),
  },
  {
    name: 'cdb_ready',
    type: 'gauge',
    help: '1 when effects flow and orders may leave, as /readyz says',
    labels: [],
    read: (status, watch) => [{ value: readiness(status, watch).ready ? 1 : 0 }],
  },
  gauge(
    'process_start_time_seconds',
    'Start of the engine, unix s',
    REFERENCE_COUNTS.process_start_time_seconds,
  ),
  counter(
    'process_cpu_seconds_total',
    'Processor time that the engine used',
    REFERENCE_COUNTS.process_cpu_seconds_total,
  ),
  gauge('process_resident_memory_bytes', 'Resident memory of the engine', (s) => s.rssBytes),
];
