import type { Output } from '../events.js';
import type { RunIds } from '../ids.js';
import { alertMessage } from './alert.js';
import { allocationDecisionMessage } from './allocation-decision.js';
import { blockedOrderMessage } from './blocked-order.js';
import { botShutdownMessage } from './bot-shutdown.js';
import { candleMessage } from './candle.js';
import { marketStateMessage } from './market-state.js';
import { orderMessage, type OrderProof } from './order.js';
import { orderResultMessage, orderResultStreamMessage, type OrderResult } from './order-result.js';
import { portfolioSnapshotMessage } from './portfolio-snapshot.js';
import { regimeSignalMessage } from './regime-signal.js';
import { signalMessage } from './signal.js';
import { KEYS, STREAMS, TOPICS, type StreamSpec } from './streams.js';
import { streamFields, topicJson, type WireObject } from './wire-value.js';

export type Publication =
  | {
      readonly to: 'stream';
      readonly name: string;
      readonly lengthMax: number;
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly to: 'topic'; readonly name: string; readonly json: string }
  | {
      readonly to: 'key';
      readonly name: string;
      readonly json: string;
      readonly ttlMs: number;
    };

interface PublishContext {
  readonly ids: RunIds;
  /** Called for `OrderRequested` only. */
  readonly proofOf: (order: Extract<Output, { kind: 'OrderRequested' }>) => OrderProof;
}

/**
 * Where one fact goes and in which words; streams first, so that a reader woken by a topic finds
 * the entry. Facts without a wire message go nowhere, and so does what belongs to the hypothetical
 * book: a reader of `stream.fills` must never see a fill that did not happen.
 */
export function publishPlan(output: Output, context: PublishContext): readonly Publication[] {
  const { ids } = context;
  switch (output.kind) {
    case 'CandleClosed':
      return [toStream(STREAMS.candles, candleMessage(output))];
    case 'RegimeObserved':
      return [toStream(STREAMS.regimes, regimeSignalMessage(output))];
    case 'AllocationDecided':
      return [toStream(STREAMS.allocations, allocationDecisionMessage(output))];
    case 'MarketStateUpdated':
      return [
        {
          to: 'key',
          name: KEYS.marketState.prefix + output.symbol,
          json: topicJson(marketStateMessage(output)),
          ttlMs: KEYS.marketState.ttlMs,
        },
      ];
    case 'SignalRaised': {
      const message = signalMessage(output, ids);
      return [toStream(STREAMS.signals, message), toTopic(TOPICS.signals, message)];
    }
    case 'RiskDecided':
      return output.decision === 'ALLOW'
        ? []
        : [toStream(STREAMS.ordersBlocked, blockedOrderMessage(output, ids))];
    case 'OrderRequested': {
      const message = orderMessage(output, ids, context.proofOf(output));
      return [toStream(STREAMS.orders, message), toTopic(TOPICS.orders, message)];
    }
    case 'OrderRefused':
      return orderResult(output, ids);
    case 'OrderFilled':
    case 'OrderRejected':
      return output.book === 'real' ? orderResult(output, ids) : [];
    case 'PortfolioMarked':
      return output.book === 'real'
        ? [toTopic(TOPICS.portfolioSnapshots, portfolioSnapshotMessage(output))]
        : [];
    case 'BotStopped':
      return [toStream(STREAMS.botShutdown, botShutdownMessage(output))];
    case 'AlertRaised':
      return [toTopic(TOPICS.alerts, alertMessage(output, ids))];
    case 'CancelRequested':
    case 'ExitChanged':
    case 'TradeRefused':
    case 'FeedGapOpened':
    case 'FeedGapClosed':
    case 'RegimeMeasured':
    case 'PositionChanged':
    case 'LedgerPosted':
    case 'ControlApplied':
    case 'SignalRouted':
    case 'CanaryChanged':
      return [];
  }
}

function orderResult(result: OrderResult, ids: RunIds): readonly Publication[] {
  const entry = orderResultStreamMessage(result, ids);
  return [
    toStream(STREAMS.fills, entry),
    toStream(STREAMS.orderResults, entry),
    toTopic(TOPICS.orderResults, orderResultMessage(result, ids)),
  ];
}

function toStream(spec: StreamSpec, message: WireObject): Publication {
  const { name, lengthMax } = spec;
  return { to: 'stream', name, lengthMax, fields: streamFields(message) };
}

function toTopic(name: string, message: WireObject): Publication {
  return { to: 'topic', name, json: topicJson(message) };
}
