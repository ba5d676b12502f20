import { APPROVAL_STATEMENT, PLAN_FORMAT } from '../../src/engine/control/canary-plan.js';

/** A plan for the paper venue with everything decided, approved for two hours from `fromMs`. */
export function decidedPlan({ fromMs }: { readonly fromMs: number }) {
  const at = (ms: number) => new Date(ms).toISOString();
  const repeated = {
    venue: 'paper',
    symbols: ['BTCUSDT-PERP'],
    notional_per_order_usdt: 15,
    notional_total_usdt: 50,
    loss_max_usdt: 10,
  };
  return {
    format: PLAN_FORMAT,
    ...repeated,
    order_types: 'MARKET',
    orders_max: 3,
    active_orders_max: 1,
    slippage_bps_max: 500,
    cooldown_sec: 0,
    duration_sec: 900,
    stale_after_sec: 600,
    rejects_max: 3,
    percent_first: 100,
    not_watched: ['credential_incident'],
    alert_channel: 'the desk, by telephone',
    approval: {
      statement: APPROVAL_STATEMENT,
      operator: 'ann',
      ...repeated,
      window_from_utc: at(fromMs),
      window_to_utc: at(fromMs + 2 * 3_600_000),
      start_utc: at(fromMs + 60_000),
      stop_rules: 'ann rolls back at any doubt',
      revocation: 'revoked: true in this file, or a word of ann',
      confirmation: 'ann looked at plan, limits and status',
      approval_utc: at(fromMs),
      revoked: false,
    },
  };
}
