import type { Committer } from './committer.js';
import type { ControlRecord } from './domain/control.js';
import { formatE8 } from './domain/e8.js';
import type { EngineFigures } from './figures.js';
import { whatIsLeft } from './exits.js';
import type { Fold } from './fold.js';
import type { Journal } from './journal.js';
import type { RunRecord } from './ports/audit-store.js';
import { bookOf, booksOf } from './books.js';
import { canaryLeft } from './canary-session.js';
import type { CanaryStatus, EngineStatus, ExitStatus } from './ports/engine-status.js';
import type { Feed } from './ports/feed.js';
import type { Spool } from './spool.js';
import { pendingNotionalE8 } from './stages/exposure.js';
import { entryPriceE8, portfolioFigures, priceOf } from './stages/portfolio.js';
import { regimeOf } from './stages/regime.js';
import type { VenueState } from './stages/simulated-venue.js';

interface StatusParts {
  readonly run: RunRecord;
  readonly phase: EngineStatus['phase'];
  readonly fold: Fold;
  readonly journal: Journal;
  readonly figures: EngineFigures;
  readonly committer: Committer;
  readonly spool: Spool;
  readonly feed: Feed;
  readonly control: ControlRecord;
  readonly database: EngineStatus['database'];
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly pid: number;
  readonly rssBytes: number;
  readonly cpuMs: number;
}

/** What the engine says of itself now, from what its parts hold anyway; nothing is counted here. */
export function engineStatus(parts: StatusParts): EngineStatus {
  const { run, fold, figures, committer, spool, feed } = parts;
  return {
    runId: run.runId,
    pid: parts.pid,
    codeVersion: run.codeVersion,
    startedAtMs: parts.startedAtMs,
    observedAtMs: parts.nowMs,
    phase: parts.phase,
    control: { ...parts.control, mode: fold.state.control.mode },
    ordersTo: ordersTo(fold.state.control.mode),
    feed: {
      identity: feed.identity,
      description: feed.description,
      finite: feed.finite,
      health: feed.health(),
    },
    seqJournaled: parts.journal.lastSeq,
    seqFolded: fold.seq,
    seqAudited: committer.seqAudited,
    seqCommitted: committer.seqCommitted,
    publishLagMs: committer.publishLagMs(),
    digest: fold.digest,
    ...countsOf(figures),
    audit: {
      state: committer.state,
      reason: committer.reason,
      sinceMs: committer.sinceMs,
      lastCommitAtMs: committer.lastCommitAtMs,
      failures: committer.failures,
      rowsCommitted: committer.rowsCommitted,
      lagMs: committer.lagMs(),
      spoolBatches: spool.batches,
      spoolBytes: spool.bytes,
    },
    portfolio: portfolioStatus(fold),
    openOrdersByBook: openOrdersByBook([fold]),
    exits: exitStatus([fold]),
    ...canaryPart(fold),
    symbols: symbolStatus(fold),
    database: parts.database,
    rssBytes: parts.rssBytes,
    cpuMs: parts.cpuMs,
  };
}

/** What this process has counted since its start. */
export function countsOf(figures: EngineFigures) {
  return {
    inputs: figures.inputs,
    trades: figures.trades,
    tradesRefused: figures.tradesRefused,
    outputs: figures.outputs,
    allowed: figures.allowed,
    blocked: figures.blocked,
    reduceOnlyAllowed: figures.reduceOnlyAllowed,
    unwinds: figures.unwinds,
    blockedByCode: figures.blockedByCode,
    ordersRefusedBy: figures.ordersRefusedBy,
    latency: figures.latency(),
  };
}

/** Where an order goes, in the words of the first line of `cdb run`. */
export function ordersTo(mode: string): string {
  if (mode === 'shadow') return 'NONE (shadow)';
  return mode === 'paper' ? 'simulated venue (paper)' : mode;
}

export function openOrdersByBook(
  folds: readonly Pick<Fold, 'state'>[],
): EngineStatus['openOrdersByBook'] {
  const count = { real: 0, hypothetical: 0 };
  for (const { portfolio, venue } of folds.flatMap(({ state }) => booksOf(state))) {
    count[portfolio.book] += ordersOut(venue);
  }
  return count;
}

function ordersOut({ orders }: Pick<VenueState, 'orders'>): number {
  return [...orders.values()].reduce((sum, open) => sum + open.length, 0);
}

export function portfolioStatus({ state }: Fold): EngineStatus['portfolio'] {
  const { portfolio, venue, breakers } = state;
  const figures = portfolioFigures(portfolio);
  return {
    book: portfolio.book,
    equityUsdt: formatE8(figures.equityE8),
    cashUsdt: formatE8(portfolio.cashE8),
    exposureUsdt: formatE8(figures.exposureE8),
    pendingUsdt: formatE8(pendingNotionalE8(venue)),
    realizedPnlUsdt: formatE8(portfolio.realizedE8),
    unrealizedPnlUsdt: formatE8(figures.unrealizedE8),
    feesUsdt: formatE8(portfolio.feesE8),
    dailyPnlUsdt: formatE8(figures.dailyPnlE8),
    positions: [...portfolio.positions].map(([symbol, position]) => ({
      symbol,
      qty: formatE8(position.qtyE8),
      entryPrice: formatE8(entryPriceE8(position)),
      lastPrice: formatE8(priceOf(portfolio, symbol)),
    })),
    openOrders: ordersOut(venue),
    breakers: {
      daily_drawdown: breakers.tripped.daily_drawdown !== undefined,
      error_rate: breakers.tripped.error_rate !== undefined,
      drawdown: breakers.tripped.drawdown !== undefined,
      loss: breakers.tripped.loss !== undefined,
    },
  };
}

/** Of all shards together: as far as the one that is the least far. */
export function exitStatus(folds: readonly Pick<Fold, 'state'>[]): EngineStatus['exits'] {
  const byId = new Map<string, ExitStatus>();
  for (const { state } of folds) {
    for (const saga of state.exits) {
      const { killId, cancelOpen, flatten, scopes, why } = saga;
      const one = { killId, cancelOpen, flatten, scopes, state: saga.state, why };
      const here: ExitStatus = { ...one, ...whatIsLeft(state, saga) };
      const other = byId.get(killId);
      byId.set(killId, other === undefined ? here : together(other, here));
    }
  }
  return [...byId.values()];
}

const LEAST_FAR_FIRST: readonly ExitStatus['state'][] = [
  'stuck',
  'cancelling',
  'reducing',
  'withdrawn',
  'done',
];

function together(a: ExitStatus, b: ExitStatus): ExitStatus {
  const rank = ({ state }: ExitStatus) => LEAST_FAR_FIRST.indexOf(state);
  return {
    ...(rank(a) <= rank(b) ? a : b),
    openOrders: a.openOrders + b.openOrders,
    positions: [...a.positions, ...b.positions],
    why: [a.why, b.why].filter((why) => why !== '').join('; '),
  };
}

function canaryPart({ state }: Fold): { readonly canary?: CanaryStatus } {
  const { phase, terms, trigger, detail, ...counts } = state.canary;
  if (terms === null) return {};
  const { sessionId, planHash, venue, symbol, percent, ordersMax, durationMs } = terms;
  const book = bookOf(state, 'real');
  const equityE8 = book === null ? counts.equityE8 : portfolioFigures(book.portfolio).equityE8;
  return {
    canary: {
      ...{ sessionId, planHash, phase, trigger, detail, venue, symbol, percent },
      ordersSent: counts.ordersSent,
      ordersMax,
      openOrders: book === null ? 0 : ordersOut(book.venue),
      notionalSentUsdt: formatE8(counts.notionalSentE8),
      notionalTotalUsdt: terms.notionalTotalUsdt,
      pnlUsdt: formatE8(equityE8 - counts.equityE8),
      lossMaxUsdt: terms.lossMaxUsdt,
      heldQty: formatE8(canaryLeft(state)?.qtyE8 ?? 0n),
      rejects: counts.rejects,
      ranMs: Math.max(0, state.nowMs - counts.startedAtMs),
      durationMs,
    },
  };
}

export function symbolStatus({ state }: Fold): EngineStatus['symbols'] {
  return [...state.intake.symbols.values()].map(({ symbol, timeMs }) => {
    const regime = regimeOf(state.regime, symbol);
    return {
      symbol,
      lastPrice: formatE8(priceOf(state.portfolio, symbol)),
      lastTickTsMs: timeMs,
      regime: regime?.current ?? 'UNKNOWN',
      atr: regime?.atr ?? null,
      adx: regime?.adx ?? null,
    };
  });
}
