import type { CandleClosed, Output } from '../../engine/domain/events.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { RunIds } from '../../engine/domain/ids.js';
import { candleMessage } from '../../engine/domain/wire/candle.js';
import { orderResultMessage } from '../../engine/domain/wire/order-result.js';
import { orderMessage, type OrderProof } from '../../engine/domain/wire/order.js';
import { regimeSignalMessage } from '../../engine/domain/wire/regime-signal.js';
import { signalMessage } from '../../engine/domain/wire/signal.js';
import { streamFields, topicJson } from '../../engine/domain/wire/wire-value.js';
import type { ReplayStep } from '../../engine/replay.js';
import { jsonText, printableJson } from '../output/json-text.js';
import type { EmitKind } from './emit-kinds.js';
import { envelopeLines } from './envelope-lines.js';

interface EmitterOptions {
  readonly kinds: ReadonlySet<EmitKind>;
  readonly ids: RunIds;
  readonly hash: Hash;
  readonly proofOf: (order: Extract<Output, { kind: 'OrderRequested' }>) => OrderProof;
}

/** Turns the facts of one step into the NDJSON lines that were asked for. */
export function createEmitter(options: EmitterOptions): (step: ReplayStep) => string {
  const { kinds, ids, hash } = options;
  const envelopeLine = kinds.has('envelopes') ? envelopeLines(ids, hash) : () => '';
  let candle: CandleClosed | null = null;

  const factLine = (fact: Output): string => {
    if (fact.kind === 'CandleClosed') candle = fact;
    if (fact.kind === 'RegimeMeasured' && candle !== null && kinds.has('candles')) {
      const { atr, adx, regime } = fact;
      const indicators = { atr14: atr, adx14: adx, regime };
      return line({ kind: 'candle', ...streamFields(candleMessage(candle)), ...indicators });
    }
    return otherLine(fact, options);
  };

  return ({ input, outputs, changePp }) => {
    let text = '';
    for (const fact of outputs) text += factLine(fact) + envelopeLine(fact);
    if (input.kind !== 'TradeObserved' || changePp === null) return text;
    if (!kinds.has('pct_change')) return text;
    const { symbol, tsMs, tradeId } = input;
    const tick = { kind: 'pct_change', symbol, ts_ms: tsMs, trade_id: tradeId };
    return text + line({ ...tick, pct_change: changePp });
  };
}

function otherLine(fact: Output, { kinds, ids, proofOf }: EmitterOptions): string {
  switch (fact.kind) {
    case 'RegimeObserved': {
      if (!kinds.has('regimes')) return '';
      const heartbeat = fact.heartbeat ? { heartbeat: true } : {};
      return line({ kind: 'regime', ...streamFields(regimeSignalMessage(fact)), ...heartbeat });
    }
    case 'SignalRaised':
      return kinds.has('signals') ? wireLine('signal', topicJson(signalMessage(fact, ids))) : '';
    case 'RiskDecided':
      return kinds.has('decisions') ? decisionLine(fact, ids) : '';
    case 'OrderRequested':
      return kinds.has('orders')
        ? wireLine('order', topicJson(orderMessage(fact, ids, proofOf(fact))))
        : '';
    case 'OrderFilled':
    case 'OrderRejected':
      if (!kinds.has('fills')) return '';
      return wireLine('fill', topicJson(orderResultMessage(fact, ids)), { book: fact.book });
    case 'OrderRefused':
      return kinds.has('fills') ? wireLine('fill', topicJson(orderResultMessage(fact, ids))) : '';
    default:
      return '';
  }
}

function decisionLine(fact: Extract<Output, { kind: 'RiskDecided' }>, ids: RunIds): string {
  return line({
    kind: 'decision',
    decision_id: ids.decision(fact.ref),
    signal_id: ids.signal(fact.signalRef),
    symbol: fact.symbol,
    strategy_id: fact.strategyId,
    side: fact.side,
    price: fact.price,
    quantity: fact.qty,
    decision: fact.decision,
    reason_code: fact.reasonCode,
    detail: fact.detail,
    reduce_only: fact.reduceOnly,
    timestamp_ms: fact.tsMs,
    gate: fact.gate,
  });
}

/** The wire text with the kind in front. */
function wireLine(
  kind: string,
  json: string,
  extra: Readonly<Record<string, string>> = {},
): string {
  const head = line({ kind, ...extra }).slice(0, -2);
  return `${head},${printableJson(json).slice(1)}\n`;
}

function line(value: Readonly<Record<string, unknown>>): string {
  return `${jsonText(value)}\n`;
}
