import type { FeedGapClosed, FeedGapOpened, Output } from '../../engine/domain/events.js';
import { reasonMeaning } from '../../engine/domain/reason-codes.js';
import { countText } from '../../view/figure.js';
import { plainText } from '../../view/plain-text.js';

/** One line per fact that an operator watches; null for the rest. Times are venue time, UTC. */
export function eventLine(fact: Output): string | null {
  const words = eventWords(fact);
  if (words === null) return null;
  const time = new Date(fact.tsMs).toISOString().slice(11, 19);
  const [area, text] = words;
  // Here, because whoever prints it takes a line break for the end of a line.
  return `${time} ${area.padEnd(8)} ${plainText(text)}`;
}

type Words = readonly [area: string, text: string];

/** What happened, in words that come from the fact alone; null for what nobody watches. */
export function eventWords(fact: Output): Words | null {
  switch (fact.kind) {
    case 'CandleClosed': {
      const [open, high, low, close, volume] = [
        fact.open,
        fact.high,
        fact.low,
        fact.close,
        fact.volume,
      ].map(plain);
      const prices = `open ${open} high ${high} low ${low} close ${close}`;
      const gap = fact.incomplete === true ? ' INCOMPLETE: trades are missing, or may be' : '';
      return ['candle', `${fact.symbol} ${prices} volume ${volume} trades ${fact.trades}${gap}`];
    }
    case 'RegimeObserved':
      return fact.heartbeat ? null : ['regime', `${fact.symbol} ${fact.regime}`];
    case 'AllocationDecided':
      return ['alloc', `${fact.strategyId} ${fact.symbol} ${allocationWords(fact)}`];
    case 'SignalRaised':
      return ['signal', `${side(fact)} at ${plain(fact.price)}  ${fact.reason}`];
    case 'RiskDecided':
      return ['risk', decisionWords(fact)];
    case 'OrderRefused':
      return ['order', `REFUSED ${side(fact)} qty ${plain(fact.qty)}: ${fact.message}`];
    default:
      return moneyWords(fact);
  }
}

function moneyWords(fact: Output): Words | null {
  switch (fact.kind) {
    case 'OrderFilled': {
      const book = fact.book === 'real' ? '' : ' (hypothetical)';
      const pnl = fact.realizedPnl === null ? '' : ` realised ${plain(fact.realizedPnl)} USDT`;
      const price = `at ${plain(fact.price)} fee ${plain(fact.fee)}`;
      return ['fill', `${fact.status} ${side(fact)} qty ${plain(fact.qty)} ${price}${pnl}${book}`];
    }
    case 'OrderRejected':
      return ['order', `${fact.status} ${side(fact)} qty ${plain(fact.qty)}: ${fact.message}`];
    case 'CancelRequested':
      return ['order', `CANCEL ${side(fact)} qty ${plain(fact.qty)}`];
    case 'ExitChanged':
      return ['exit', exitWords(fact)];
    case 'BotStopped':
      return ['stop', `${fact.strategyId ?? 'every strategy'}: ${fact.reason}`];
    case 'AlertRaised':
      return ['alert', `${fact.level} ${fact.code} ${fact.message}`];
    case 'ControlApplied':
      return ['control', `level ${fact.level}, mode ${fact.mode}, epoch ${fact.epoch}`];
    case 'FeedGapOpened':
      return lossWords(fact);
    case 'FeedGapClosed':
      return ['feed', `${fact.symbol} ${gapWords(fact)}`];
    case 'TradeRefused':
      return fact.dropped ? ['trade', `DROPPED ${fact.symbol}: ${fact.fault}`] : null;
    default:
      return null;
  }
}

function exitWords(fact: Extract<Output, { kind: 'ExitChanged' }>): string {
  const { flatten, scopes, state, openOrders, positions, why } = fact;
  const where = scopes.length === 0 ? 'everything' : scopes.join(', ');
  const held = positions.map(({ symbol, qty }) => `${plain(qty)} ${symbol}`).join(', ');
  const left = `left ${openOrders} open orders, ${held === '' ? 'no position' : held}`;
  const what = `${flatten ? 'flatten' : 'cancel'} ${where}`;
  return `${state.toUpperCase()} ${what}: ${left}${why === '' ? '' : `: ${why}`}`;
}

function side(fact: { readonly symbol: string; readonly side: string }): string {
  return `${fact.symbol} ${fact.side}`;
}

/** What a feed begins with is told when it has begun. */
function lossWords({ symbol, reason }: FeedGapOpened): Words | null {
  if (reason === 'start') return null;
  const what = reason === 'connection_lost' ? 'LOST' : 'TRADES MAY BE MISSING';
  return ['feed', `${symbol} ${what}: ${reason}`];
}

function gapWords({ reason, fromMs, toMs, tradesMissing }: FeedGapClosed): string {
  if (reason === 'start') return 'begins; its first candle is incomplete';
  const span = fromMs === null ? 'since the start' : `of ${((toMs - fromMs) / 1000).toFixed(1)} s`;
  const missing = tradesMissing === null ? 'an unknown number of' : countText(tradesMissing);
  return `GAP ${span} (${reason}): ${missing} trades are missing`;
}

function allocationWords(fact: Extract<Output, { kind: 'AllocationDecided' }>): string {
  return `${(fact.allocationFraction * 100).toFixed(2)} % (${fact.reason})`;
}

function decisionWords(fact: Extract<Output, { kind: 'RiskDecided' }>): string {
  const { decision, reasonCode } = fact;
  if (reasonCode === null) return `${decision} ${side(fact)} qty ${plain(fact.qty)}`;
  const detail = fact.detail === 'decision contract' ? '' : ` (${fact.detail})`;
  return `${decision} ${reasonCode} ${side(fact)}: ${reasonMeaning(reasonCode)}${detail}`;
}

/** "9682.31" from "9682.31000000". */
function plain(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
}
