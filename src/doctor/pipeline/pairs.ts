import type { Counted, EffectRule } from './effect-rule.js';

const DECISIONS: Counted = {
  what: 'decisions',
  anyOf: [['*.orders_blocked_total', '*.orders_approved_total'], ['engine.decisions']],
};
const PUBLISHED: Counted = { what: 'trades published', anyOf: [['*.redis_publish_total']] };
const SIGNALS: Counted = {
  what: 'signals',
  anyOf: [['*.signals_generated_total'], ['stream.signals']],
};
const CANDLES: Counted = {
  what: 'candles',
  anyOf: [['*.candle_candles_emitted_total'], ['stream.candles_1m']],
};
const RECEIVED: Counted = {
  what: 'orders received',
  anyOf: [['*.execution_orders_received_total'], ['stream.orders']],
};
const FILLED: Counted = { what: 'fills', anyOf: [['*.execution_orders_filled_total']] };

const rows = (table: string): Counted => ({
  what: `rows in ${table}`,
  anyOf: [[`rows.${table}`]],
});

/** Every stage of the path and what has to come of it, in the order of the path. */
export const EFFECT_RULES: readonly EffectRule[] = [
  {
    pair: 'decoded_published',
    level: 'P1',
    title: 'what the websocket decodes is published',
    matters: 'trades that are not published reach nobody: every stage behind starves in silence',
    components: ['websocket'],
    engine: 'feed->trades',
    stack: {
      cause: { what: 'frames decoded', anyOf: [['*.decoded_messages_total']] },
      effect: PUBLISHED,
      ...{ withinMs: 10_000, least: 3, by: 'ws' },
    },
  },
  {
    pair: 'inputs_fold',
    level: 'P1',
    title: 'journaled inputs are folded',
    matters: 'what waits in the journal is decided late or never',
    components: ['signal'],
    engine: 'inputs->fold',
    stack: null,
  },
  {
    pair: 'shards_engines',
    level: 'P1',
    title: 'every shard of the run has an engine',
    matters: 'symbols without an engine are neither decided nor closed',
    components: ['services'],
    engine: 'shards->engines',
    stack: null,
  },
  {
    pair: 'trades_candles',
    level: 'P1',
    title: 'trades become candles',
    matters: 'without candles there is no market state, and risk refuses every signal (RC_002)',
    components: ['candles'],
    engine: 'trades->candles',
    stack: {
      cause: PUBLISHED,
      effect: CANDLES,
      ...{ withinMs: 180_000, least: 20, by: 'candles' },
    },
  },
  {
    pair: 'candles_regime',
    level: 'P0',
    title: 'candles are measured for their regime',
    matters:
      'a dead regime consumer answers its health check for days while risk refuses all (RC_001)',
    components: ['regime'],
    engine: null,
    stack: {
      cause: CANDLES,
      effect: {
        what: 'candles measured or regime entries',
        anyOf: [['*.regime_candles_processed_total'], ['stream.regime_signals']],
      },
      ...{ withinMs: 300_000, least: 3, isSteady: true, by: 'regime' },
    },
  },
  {
    pair: 'regimes_written',
    level: 'P0',
    title: 'regime entries are as fresh as the candles they judge',
    matters:
      'an entry older than 300 s counts as no regime, and risk refuses every signal (RC_001)',
    components: ['regime'],
    engine: null,
    stack: {
      cause: { what: 'candles', anyOf: [['stream.candles_1m']] },
      effect: { what: 'regime entries', anyOf: [['stream.regime_signals']] },
      ...{ withinMs: 300_000, least: 6, isSteady: true, by: 'regime' },
    },
  },
  {
    pair: 'regime_allocation',
    level: 'P1',
    title: 'regimes lead to an allocation',
    matters: 'without an allocation risk sizes every order to nothing',
    components: ['allocation'],
    engine: null,
    stack: {
      cause: { what: 'regime entries', anyOf: [['stream.regime_signals']] },
      effect: {
        what: 'allocation decisions',
        anyOf: [['stream.allocation_decisions'], ['*.allocation_decisions_total']],
      },
      // It is written where it changes; one for all time answers any number of entries.
      ...{ withinMs: 60_000, least: Number.POSITIVE_INFINITY, by: 'allocation' },
    },
  },
  {
    pair: 'signals_received',
    level: 'P1',
    title: 'signals reach risk',
    matters: 'a signal that nobody hears is lost: topics keep nothing',
    components: ['risk'],
    engine: null,
    stack: {
      cause: SIGNALS,
      effect: { what: 'signals received', anyOf: [['*.signals_received_total']] },
      ...{ withinMs: 10_000, least: 3, share: 0.95, by: 'risk' },
    },
  },
  {
    pair: 'signals_decisions',
    level: 'P1',
    title: 'every signal is decided',
    matters: 'a signal without a decision is a hole in the risk path',
    components: ['risk'],
    engine: 'signals->decisions',
    stack: {
      cause: { what: 'signals received', anyOf: [['*.signals_received_total']] },
      effect: {
        what: 'decisions',
        anyOf: [['*.orders_blocked_total', '*.orders_approved_total', '*.orders_skipped_total']],
      },
      ...{ withinMs: 10_000, least: 3, share: 0.95, by: 'risk' },
    },
  },
  {
    pair: 'audit_persisted',
    level: 'P0',
    title: 'every decision has its row in the audit trail',
    matters: 'decisions without audit row break replay and INV-030/A',
    components: ['risk', 'audit_trail'],
    engine: 'decisions->audit rows',
    stack: {
      cause: DECISIONS,
      effect: rows('risk_events'),
      ...{ withinMs: 30_000, least: 1, share: 0.5, table: 'risk_events', by: 'risk' },
    },
  },
  {
    pair: 'approvals_orders',
    level: 'P1',
    title: 'approved orders reach execution',
    matters: 'an approval that never leaves holds exposure for an order that is not there',
    components: ['execution'],
    engine: 'approvals->orders',
    stack: {
      cause: { what: 'approvals', anyOf: [['*.orders_approved_total']] },
      effect: RECEIVED,
      ...{ withinMs: 10_000, least: 1, share: 0.95, by: 'execution' },
    },
  },
  {
    pair: 'orders_results',
    level: 'P1',
    title: 'every order gets a result',
    matters: 'an order without a result reserves exposure for ever, and nobody knows what it did',
    components: ['execution'],
    engine: 'orders->results',
    stack: {
      cause: RECEIVED,
      effect: {
        what: 'results',
        anyOf: [
          ['*.execution_orders_filled_total', '*.execution_orders_rejected_total'],
          ['stream.fills'],
        ],
      },
      ...{ withinMs: 60_000, least: 1, share: 0.95, by: 'execution' },
    },
  },
  {
    pair: 'signals_rows',
    level: 'P1',
    title: 'signals are on record',
    matters: 'what is not on record can be neither explained nor compared',
    components: ['database'],
    engine: null,
    stack: {
      cause: SIGNALS,
      effect: rows('signals'),
      ...{ withinMs: 30_000, least: 3, share: 0.9, table: 'signals', by: 'db_writer' },
    },
  },
  {
    pair: 'signals_ledger',
    level: 'P0',
    title: 'every signal starts its chain in the correlation ledger',
    matters: 'ids that repeat after a restart make ledger inserts vanish and overwrite old orders',
    components: ['audit_trail'],
    engine: null,
    stack: {
      cause: SIGNALS,
      effect: rows('correlation_ledger'),
      ...{ withinMs: 30_000, least: 3, share: 0.95, lossIsFailure: true, by: 'signal' },
      ...{ table: 'correlation_ledger', isOptional: true },
    },
  },
  {
    pair: 'orders_rows',
    level: 'P1',
    title: 'orders are on record',
    matters: 'an order without a row is found in no reconciliation',
    components: ['database'],
    engine: null,
    stack: {
      cause: { what: 'approvals', anyOf: [['*.orders_approved_total'], ['stream.orders']] },
      effect: rows('orders'),
      ...{ withinMs: 30_000, least: 1, share: 0.9, table: 'orders', by: 'db_writer' },
    },
  },
  {
    pair: 'fills_rows',
    level: 'P0',
    title: 'fills are on record',
    matters: 'a fill without a row is money that nobody accounts for',
    components: ['audit_trail'],
    engine: null,
    stack: {
      cause: FILLED,
      effect: rows('trades'),
      ...{ withinMs: 30_000, least: 1, share: 0.9, lossIsFailure: true },
      ...{ table: 'trades', by: 'db_writer' },
    },
  },
  {
    pair: 'fills_positions',
    level: 'P0',
    title: 'fills change positions',
    matters: 'a positions table that nobody writes lets risk start with an exposure of nothing',
    components: ['risk', 'database'],
    engine: 'fills->positions',
    stack: {
      cause: FILLED,
      effect: rows('positions'),
      ...{ withinMs: 30_000, least: 1, isUpdate: true },
      ...{ table: 'positions', by: 'db_writer' },
    },
  },
  {
    pair: 'candles_rows',
    level: 'P2',
    title: 'candles are on record',
    matters: 'history with holes makes every look back wrong',
    components: ['database'],
    engine: null,
    stack: {
      cause: CANDLES,
      effect: rows('candles_1m'),
      ...{ withinMs: 300_000, least: 3, by: 'db_writer' },
      ...{ table: 'candles_1m', isOptional: true },
    },
  },
];
