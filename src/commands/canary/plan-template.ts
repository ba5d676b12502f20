import { CANARY_CEILINGS } from '../../engine/domain/canary-terms.js';
import { APPROVAL_STATEMENT, PLAN_FORMAT } from '../../engine/control/canary-plan.js';

const { symbols, activeOrders, orders, notionalUsdt, durationMs } = CANARY_CEILINGS;

/** What `cdb canary plan --init` writes: every field, none of them decided. */
export const PLAN_TEMPLATE = `# Plan of one canary. A field that says TBD, or nothing, is undecided, and then it does not start.
# The ceilings are part of cdb: a plan can only ask for less.
format: ${PLAN_FORMAT}

venue: TBD                      # paper = a rehearsal on the simulated venue, or the name of a real one
symbols: [TBD]                  # at most ${symbols}
order_types: TBD                # MARKET
orders_max: TBD                 # 2 to ${orders}, exits included; the last one is kept for an exit
active_orders_max: TBD          # 1 to ${activeOrders}
notional_per_order_usdt: TBD    # up to ${notionalUsdt}; an entry is cut to it
notional_total_usdt: TBD        # up to ${notionalUsdt}, of all entries at the worst price they may pay
loss_max_usdt: TBD              # up to ${notionalUsdt}; at this loss it rolls back
slippage_bps_max: TBD           # a fill that is worse rolls it back
cooldown_sec: TBD               # between two entries
duration_sec: TBD               # up to ${durationMs / 1000}; then it rolls back
stale_after_sec: TBD            # without a trade of the symbol for so long it rolls back
rejects_max: TBD                # so many refusals of the venue hold it
percent_first: TBD              # 1 to 100, share of the entries that is routed at the start
not_watched: TBD                # [credential_incident]: nothing in this build finds it out. Without metrics also
                                # monitoring_down and prometheus_down
alert_channel: TBD              # where a person hears of an abort

# To be filled in by the person who approves it, who repeats what is approved.
approval:
  statement: TBD                # ${APPROVAL_STATEMENT}
  operator: TBD
  venue: TBD
  symbols: [TBD]
  notional_per_order_usdt: TBD
  notional_total_usdt: TBD
  loss_max_usdt: TBD
  window_from_utc: TBD          # 2026-01-31T14:00:00Z
  window_to_utc: TBD
  start_utc: TBD                # within the window, with its duration
  stop_rules: TBD               # who stops it, when and how
  revocation: TBD               # how the approval is taken back
  confirmation: TBD             # name and what was looked at
  approval_utc: TBD
  revoked: false                # anything else takes the approval back, at any time
`;
