import type { EngineStatus, Seen } from '../engine/ports/engine-status.js';
import { durationText } from './age.js';
import { judgeAudit } from './audit-effect.js';
import {
  answered,
  NOTHING_SEEN,
  type EffectName,
  type EffectPair,
  type Verdict,
} from './effect-pair.js';
import { orderResults, waitingAtMost, type EffectsWatch } from './effects-watch.js';
import { judgeFeed } from './feed-effect.js';
import { countText } from './figure.js';
import { holdersOf, inputsOf, judgeHolders, judgeSharedFold } from './shared-effects.js';

/** How long an effect may stay out: a window is 60 s and 2 s of grace, an order times out at 10 s. */
const EFFECT_LIMITS = {
  foldMs: 5_000,
  candleMs: 90_000,
  /** A file may be replayed slower than real time. */
  candleOfFileMs: 180_000,
  orderResultMs: 15_000,
} as const;

/** Every pair of the effect path, in the order of the path. */
export function judgeEffects(
  status: EngineStatus,
  watch: EffectsWatch | null,
): readonly EffectPair[] {
  const { outputs } = status;
  const seen = (kind: keyof typeof outputs) => outputs[kind] ?? NOTHING_SEEN;
  const decisions = seen('RiskDecided');
  const rows = status.audit.rowsCommitted['risk_events'] ?? 0;
  const pairs: readonly EffectPair[] = [
    ...holderPairs(status),
    pair('feed->trades', ...feedOf(status), judgeFeed(status)),
    pair('inputs->fold', ...foldOf(status), judgeFold(status)),
    pair('trades->candles', status.trades, seen('CandleClosed'), judgeCandles(status, watch)),
    pair(
      'signals->decisions',
      seen('SignalRaised'),
      decisions,
      sameStep(seen('SignalRaised'), decisions, ['signal', 'decision']),
    ),
    pair(
      'decisions->audit rows',
      decisions,
      { count: rows, lastAtMs: status.audit.lastCommitAtMs },
      judgeAudit(status),
    ),
    pair(
      'approvals->orders',
      status.allowed,
      seen('OrderRequested'),
      sameStep(status.allowed, seen('OrderRequested'), ['approval', 'order']),
    ),
    pair(
      'orders->results',
      seen('OrderRequested'),
      orderResults(status),
      judgeResults(status, watch),
    ),
    pair(
      'fills->positions',
      seen('OrderFilled'),
      seen('PositionChanged'),
      sameStep(seen('OrderFilled'), seen('PositionChanged'), ['fill', 'position change']),
    ),
  ];
  return pairs.map((judged) => whileRunning(status, judged));
}

function holderPairs(status: EngineStatus): readonly EffectPair[] {
  const { shared } = status;
  if (shared === undefined) return [];
  const { cause, effect } = holdersOf(shared);
  return [pair('shards->engines', cause, effect, judgeHolders(status, shared))];
}

/** Before and after the engine runs, a missing effect proves nothing. */
function whileRunning({ phase }: EngineStatus, judged: EffectPair): EffectPair {
  if (phase === 'running' || phase === 'draining' || judged.word !== 'STALLED') return judged;
  if (judged.name === 'decisions->audit rows') return judged;
  return { ...judged, word: 'UNKNOWN', reason: `the engine is ${phase}; ${judged.reason}` };
}

/** A process that folds nothing sees no trade, but that inputs reach the shards. */
function feedOf(status: EngineStatus): readonly [Seen, Seen] {
  const { shared, inputs, trades } = status;
  if (shared === undefined || !foldsNothing(status)) return [inputs, trades];
  const { came } = inputsOf(shared);
  return [came, came];
}

function foldOf(status: EngineStatus): readonly [Seen, Seen] {
  const { shared, inputs } = status;
  if (shared === undefined) return [inputs, foldedOf(status)];
  const { came, folded } = inputsOf(shared);
  return [came, folded];
}

/** With nothing left to fold, the last input is the last that was folded. */
function foldedOf({ inputs, seqFolded, seqJournaled }: EngineStatus): Seen {
  return { count: seqFolded, lastAtMs: seqFolded >= seqJournaled ? inputs.lastAtMs : null };
}

function judgeFold(status: EngineStatus): Verdict {
  const { inputs, seqJournaled, seqFolded, observedAtMs, shared } = status;
  if (shared !== undefined) return judgeSharedFold(status, shared);
  const backlog = seqJournaled - seqFolded;
  if (seqJournaled === 0) return { word: 'IDLE', reason: 'no input yet' };
  if (backlog <= 0) {
    return { word: 'OK', reason: `all ${countText(seqJournaled)} journaled inputs are folded` };
  }
  const waitedMs = observedAtMs - (inputs.lastAtMs ?? observedAtMs);
  const reason = `${countText(backlog)} journaled inputs wait to be folded`;
  return { word: waitedMs > EFFECT_LIMITS.foldMs ? 'STALLED' : 'OK', reason };
}

function judgeCandles(status: EngineStatus, watch: EffectsWatch | null): Verdict {
  const { trades, observedAtMs, startedAtMs, feed } = status;
  const candles = status.outputs.CandleClosed ?? NOTHING_SEEN;
  if (foldsNothing(status)) return { word: 'IDLE', reason: FOLDED_ELSEWHERE };
  if (trades.count === 0) return { word: 'IDLE', reason: 'no trade yet' };
  const limitMs = feed.finite ? EFFECT_LIMITS.candleOfFileMs : EFFECT_LIMITS.candleMs;
  const sinceMs =
    watch === null ? waitingAtMost(trades, candles, startedAtMs) : watch.candles.sinceMs;
  const waitedMs = sinceMs === null ? 0 : observedAtMs - sinceMs;
  if (waitedMs > limitMs) {
    return {
      word: 'STALLED',
      reason: `trades come, but no candle has closed for ${durationText(waitedMs)}`,
    };
  }
  if (candles.count === 0) return { word: 'UNKNOWN', reason: 'the first window is still open' };
  return { word: 'OK', reason: `${countText(candles.count)} candles closed` };
}

/** Cause and effect are born in the same step: fewer effects than causes is a fault at once. */
function sameStep(cause: Seen, effect: Seen, [one, other]: readonly [string, string]): Verdict {
  if (cause.count === 0) return { word: 'IDLE', reason: `no ${one} since the start` };
  if (effect.count < cause.count || !answered(cause, effect)) {
    const counts = `${countText(cause.count)} ${one}s, ${countText(effect.count)} ${other}s`;
    return { word: 'STALLED', reason: `${counts}: a ${one} is without its ${other}` };
  }
  return { word: 'OK', reason: `every ${one} has its ${other}` };
}

function judgeResults(status: EngineStatus, watch: EffectsWatch | null): Verdict {
  const { observedAtMs, startedAtMs, portfolio } = status;
  const orders = status.outputs.OrderRequested ?? NOTHING_SEEN;
  const results = orderResults(status);
  if (orders.count === 0) return { word: 'IDLE', reason: 'no order since the start' };
  if (foldsNothing(status)) return { word: 'IDLE', reason: FOLDED_ELSEWHERE };
  const sinceMs =
    watch === null ? waitingAtMost(orders, results, startedAtMs) : watch.results.sinceMs;
  const waitedMs = sinceMs === null ? 0 : observedAtMs - sinceMs;
  const lastOrderMs = observedAtMs - (orders.lastAtMs ?? observedAtMs);
  const open = `${countText(portfolio.openOrders)} open`;
  const overdue = watch === null ? lastOrderMs : waitedMs;
  if (sinceMs !== null && overdue > EFFECT_LIMITS.orderResultMs) {
    return {
      word: 'STALLED',
      reason: `an order has had no result for ${durationText(overdue)} (${open})`,
    };
  }
  return { word: 'OK', reason: `${countText(results.count)} results, ${open}` };
}

/** What such a process has seen in shards that it owned earlier waits for nothing here. */
const FOLDED_ELSEWHERE = 'this process owns no shard now';

function foldsNothing({ shared }: EngineStatus): boolean {
  return shared?.folds.length === 0;
}

function pair(name: EffectName, cause: Seen, effect: Seen, verdict: Verdict): EffectPair {
  return { name, cause, effect, ...verdict };
}
