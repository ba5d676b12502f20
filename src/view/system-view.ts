import type { EngineStatus, Seen } from '../engine/ports/engine-status.js';
import { auditSentence } from './audit-effect.js';
import { NOTHING_SEEN, type EffectPair, type EffectWord } from './effect-pair.js';
import { judgeEffects } from './effects.js';
import { orderResults, type EffectsWatch } from './effects-watch.js';
import { feedView, type FeedView } from './feed-view.js';
import { CountFigure, Figure } from './figure.js';
import { attentionNotes } from './notes.js';
import { sharedView, type SharedView } from './shared-view.js';

/** FLOW is the only word that means well; the others say what keeps it from that. */
type OverallWord = 'EFFECTS FLOW' | 'HALTED' | 'STALLED' | 'NOT PROVEN YET' | 'NOT RUNNING';

interface EffectView {
  readonly name: string;
  readonly word: EffectWord;
  readonly reason: string;
  readonly cause: CountFigure;
  readonly effect: CountFigure;
}

interface SymbolView {
  readonly symbol: string;
  readonly lastPrice: Figure<string>;
  readonly regime: Figure<string>;
  readonly atr: Figure<number>;
  readonly adx: Figure<number>;
}

export interface ExitView {
  readonly killId: string;
  /** "flatten" or "cancel". */
  readonly what: string;
  readonly scopes: readonly string[];
  readonly state: string;
  readonly openOrders: Figure<number>;
  /** "0.5 BTCUSDT" for each position that is left. */
  readonly positions: readonly string[];
  readonly why: string;
}

/** The one read model behind `status`, its JSON, the metrics' words and the screen. */
export interface SystemView {
  readonly observedAtMs: number;
  readonly word: OverallWord;
  /** In full sentences what keeps the word from EFFECTS FLOW; empty when it flows. */
  readonly reasons: readonly string[];
  /** Worth knowing, not a fault by itself. */
  readonly notes: readonly string[];
  readonly run: {
    readonly runId: string;
    readonly pid: number;
    readonly codeVersion: string;
    readonly startedAtMs: number;
    readonly phase: string;
    readonly feed: string;
    readonly ordersTo: string;
    readonly database: string;
    readonly digest: string;
  };
  readonly control: {
    readonly mode: string;
    readonly level: string;
    readonly scopes: Readonly<Record<string, string>>;
    readonly epoch: number;
    readonly reason: string;
    readonly message: string;
    readonly operator: string;
    readonly atMs: number;
  };
  /** Null of a feed that is read from a file. */
  readonly feed: FeedView | null;
  /** Null where one process is the whole run. */
  readonly shared: SharedView | null;
  readonly effects: readonly EffectView[];
  /** By name, in the order in which they are shown. */
  readonly counts: Readonly<Record<string, CountFigure>>;
  readonly blockedByCode: Readonly<Record<string, CountFigure>>;
  readonly tradesRefused: Readonly<Record<string, Figure<number>>>;
  readonly audit: {
    readonly state: string;
    readonly sentence: string;
    readonly lagMs: Figure<number>;
    readonly spoolBatches: Figure<number>;
    readonly spoolBytes: Figure<number>;
  };
  readonly portfolio: {
    readonly book: string;
    readonly amountsUsdt: Readonly<Record<string, Figure<string>>>;
    readonly openPositions: Figure<number>;
    readonly openOrders: Figure<number>;
    readonly breakersOpen: readonly string[];
  };
  /** What stops asked for beside the stop. */
  readonly exits: readonly ExitView[];
  readonly symbols: readonly SymbolView[];
  readonly rssBytes: Figure<number>;
}

export function systemView(status: EngineStatus, watch: EffectsWatch | null = null): SystemView {
  const effects = judgeEffects(status, watch);
  const { word, reasons } = overall(status, effects);
  return {
    observedAtMs: status.observedAtMs,
    word,
    reasons,
    notes: attentionNotes(status),
    run: runOf(status),
    control: { ...status.control, scopes: { ...status.control.scopes } },
    feed: feedView(status),
    shared: sharedView(status),
    effects: effects.map((effect) => effectView(status, effect)),
    counts: countsOf(status),
    blockedByCode: mapValues(mostFirst(status.blockedByCode), (seen) => counted(status, seen)),
    tradesRefused: mapValues(
      status.tradesRefused,
      (count) => new Figure(count, 'engine', status.observedAtMs),
    ),
    audit: auditOf(status),
    portfolio: portfolioOf(status),
    exits: status.exits.map((exit) => exitView(status, exit)),
    symbols: status.symbols.map((symbol) => symbolView(status, symbol)),
    rssBytes: new Figure(status.rssBytes, 'engine', status.observedAtMs),
  };
}

function overall(
  status: EngineStatus,
  effects: readonly EffectPair[],
): Pick<SystemView, 'word' | 'reasons'> {
  const { phase, control, audit } = status;
  const said = (word: EffectWord) =>
    effects
      .filter((effect) => effect.word === word)
      .map((effect) => `${effect.name} ${effect.word}: ${effect.reason}`);
  const stalled = said('STALLED');
  const unproven = said('UNKNOWN');
  if (phase === 'stopped' || phase === 'finished') {
    return { word: 'NOT RUNNING', reasons: [`the engine is ${phase}`, ...stalled] };
  }
  if (audit.state !== 'ok' || stalled.length > 0) return { word: 'STALLED', reasons: stalled };
  if (control.level === 'HALTED') {
    const reasons = [`level is HALTED: ${control.reason}; no order leaves`, ...unproven];
    return { word: 'HALTED', reasons };
  }
  const early = phase === 'running' ? [] : [`the engine is ${phase}`];
  const reasons = [...early, ...unproven];
  return { word: reasons.length === 0 ? 'EFFECTS FLOW' : 'NOT PROVEN YET', reasons };
}

function runOf(status: EngineStatus): SystemView['run'] {
  const { runId, pid, codeVersion, startedAtMs, phase, feed, ordersTo, database, digest } = status;
  return {
    runId,
    pid,
    codeVersion,
    startedAtMs,
    phase,
    ordersTo,
    digest,
    feed: feed.description,
    database: databaseWords(database),
  };
}

function databaseWords({ kind, where, state }: EngineStatus['database']): string {
  return where.startsWith(kind) ? `${where}, ${state}` : `${kind}, ${where}, ${state}`;
}

function countsOf(status: EngineStatus): SystemView['counts'] {
  const { outputs, trades, inputs, allowed, blocked } = status;
  const seen: Readonly<Record<string, Seen>> = {
    inputs,
    trades,
    candles: outputs.CandleClosed ?? NOTHING_SEEN,
    signals: outputs.SignalRaised ?? NOTHING_SEEN,
    decisions: outputs.RiskDecided ?? NOTHING_SEEN,
    allowed,
    blocked,
    orders: outputs.OrderRequested ?? NOTHING_SEEN,
    results: orderResults(status),
    ...fillsOf(status),
    alerts: outputs.AlertRaised ?? NOTHING_SEEN,
  };
  return mapValues(seen, (count) => counted(status, count));
}

/** A fill that never happened must not be found under the name of one. */
function fillsOf({ outputs, portfolio }: EngineStatus): Readonly<Record<string, Seen>> {
  const filled = outputs.OrderFilled ?? NOTHING_SEEN;
  return portfolio.book === 'real'
    ? { fills: filled }
    : { fills: NOTHING_SEEN, hypothetical_fills: filled };
}

function auditOf(status: EngineStatus): SystemView['audit'] {
  const { audit, observedAtMs } = status;
  return {
    state: audit.state,
    sentence: auditSentence(status),
    lagMs: new Figure(audit.lagMs, 'audit', observedAtMs),
    spoolBatches: new Figure(audit.spoolBatches, 'audit', observedAtMs),
    spoolBytes: new Figure(audit.spoolBytes, 'audit', observedAtMs),
  };
}

function portfolioOf({ portfolio, observedAtMs, shared }: EngineStatus): SystemView['portfolio'] {
  // A process that folds nothing has no book: an untouched one must not pass for the run's.
  const hasBook = shared === undefined || shared.folds.length > 0;
  const figure = <T extends string | number>(value: T) =>
    new Figure(hasBook ? value : null, 'portfolio', observedAtMs);
  const amounts = {
    equity: portfolio.equityUsdt,
    cash: portfolio.cashUsdt,
    exposure: portfolio.exposureUsdt,
    pending: portfolio.pendingUsdt,
    realized_pnl: portfolio.realizedPnlUsdt,
    unrealized_pnl: portfolio.unrealizedPnlUsdt,
    fees: portfolio.feesUsdt,
    daily_pnl: portfolio.dailyPnlUsdt,
  };
  return {
    book: portfolio.book,
    amountsUsdt: mapValues(amounts, (text) => figure(text)),
    openPositions: figure(portfolio.positions.length),
    openOrders: figure(portfolio.openOrders),
    breakersOpen: Object.keys(portfolio.breakers).filter((name) => portfolio.breakers[name]),
  };
}

/** The price is as old as its trade; what is derived from candles is as old as the status. */
function symbolView(
  { observedAtMs, trades }: EngineStatus,
  symbol: EngineStatus['symbols'][number],
): SymbolView {
  return {
    symbol: symbol.symbol,
    lastPrice: new Figure(symbol.lastPrice, 'feed', trades.lastAtMs ?? observedAtMs),
    regime: new Figure(symbol.regime, 'engine', observedAtMs),
    atr: new Figure(symbol.atr, 'engine', observedAtMs),
    adx: new Figure(symbol.adx, 'engine', observedAtMs),
  };
}

function exitView(
  { observedAtMs }: EngineStatus,
  { flatten, positions, openOrders, killId, scopes, state, why }: EngineStatus['exits'][number],
): ExitView {
  return {
    ...{ killId, scopes, state, why },
    what: flatten ? 'flatten' : 'cancel',
    openOrders: new Figure(openOrders, 'portfolio', observedAtMs),
    positions: positions.map(({ symbol, qty }) => `${qty} ${symbol}`),
  };
}

function effectView(status: EngineStatus, { name, word, reason, cause, effect }: EffectPair) {
  return { name, word, reason, cause: counted(status, cause), effect: counted(status, effect) };
}

function counted({ observedAtMs }: EngineStatus, seen: Seen): CountFigure {
  return new CountFigure(seen, 'engine', observedAtMs);
}

function mostFirst(seen: Readonly<Record<string, Seen>>): Readonly<Record<string, Seen>> {
  return Object.fromEntries(Object.entries(seen).sort(([, a], [, b]) => b.count - a.count));
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
