import { z } from 'zod';
import type { FeedView } from './feed-view.js';
import type { FigureJson } from './figure.js';
import { countFigure, numberFigure, textFigure, time } from './figure-json.js';
import { SHARED, sharedJson } from './shared-json.js';
import type { SystemView } from './system-view.js';

/** A change that breaks a reader raises the number. */
const VIEW_SCHEMA = 'cdb.status/1';

/** The view as it travels over the control socket and out of `cdb status --json`. */
export function systemViewJson(view: SystemView) {
  const { run, control, audit, portfolio } = view;
  return {
    schema: VIEW_SCHEMA,
    observed_at: iso(view.observedAtMs),
    word: view.word,
    reasons: view.reasons,
    notes: view.notes,
    run: {
      run_id: run.runId,
      pid: run.pid,
      code_version: run.codeVersion,
      started_at: iso(run.startedAtMs),
      phase: run.phase,
      feed: run.feed,
      orders_to: run.ordersTo,
      database: run.database,
      digest: run.digest,
    },
    control: {
      mode: control.mode,
      level: control.level,
      scopes: control.scopes,
      epoch: control.epoch,
      reason: control.reason,
      message: control.message,
      operator: control.operator,
      at: iso(control.atMs),
    },
    feed: view.feed === null ? null : feedJson(view.feed),
    shared: view.shared === null ? null : sharedJson(view.shared),
    effects: view.effects.map(({ name, word, reason, cause, effect }) => ({
      name,
      word,
      reason,
      cause: cause.toJSON(),
      effect: effect.toJSON(),
    })),
    counts: jsonValues(view.counts),
    blocked_by_code: jsonValues(view.blockedByCode),
    trades_refused: jsonValues(view.tradesRefused),
    audit: {
      state: audit.state,
      sentence: audit.sentence,
      lag_ms: audit.lagMs.toJSON(),
      spool_batches: audit.spoolBatches.toJSON(),
      spool_bytes: audit.spoolBytes.toJSON(),
    },
    portfolio: {
      book: portfolio.book,
      amounts_usdt: jsonValues(portfolio.amountsUsdt),
      open_positions: portfolio.openPositions.toJSON(),
      open_orders: portfolio.openOrders.toJSON(),
      breakers_open: portfolio.breakersOpen,
    },
    exits: view.exits.map(({ killId, openOrders, ...exit }) => ({
      kill_id: killId,
      ...exit,
      open_orders: openOrders.toJSON(),
    })),
    symbols: view.symbols.map(({ symbol, lastPrice, regime, atr, adx }) => ({
      symbol,
      last_price: lastPrice.toJSON(),
      regime: regime.toJSON(),
      atr: atr.toJSON(),
      adx: adx.toJSON(),
    })),
    rss_bytes: view.rssBytes.toJSON(),
  };
}

function feedJson({ symbols, connections, clock, counts }: FeedView) {
  return {
    symbols: symbols.map(({ symbol, state, why, silentMs }) => {
      return { symbol, state, why, silent_ms: silentMs.toJSON() };
    }),
    connections: connections.map(({ sinceMs, ...rest }) => ({ ...rest, since: iso(sinceMs) })),
    clock: {
      offset_ms: clock.offsetMs.toJSON(),
      error_ms: clock.errorMs.toJSON(),
      confidence: clock.confidence,
    },
    counts: jsonValues(counts),
  };
}

/** @returns null for anything that is not this version's view, however it came about */
export function readSystemView(body: unknown): SystemView | null {
  const read = VIEW.safeParse(body);
  return read.success ? read.data : null;
}

const RUN = z
  .object({
    run_id: z.string(),
    pid: z.number(),
    code_version: z.string(),
    started_at: time,
    phase: z.string(),
    feed: z.string(),
    orders_to: z.string(),
    database: z.string(),
    digest: z.string(),
  })
  .transform(({ run_id, code_version, started_at, orders_to, ...run }) => ({
    ...run,
    runId: run_id,
    codeVersion: code_version,
    startedAtMs: started_at,
    ordersTo: orders_to,
  }));

const CONTROL = z
  .object({
    mode: z.string(),
    level: z.string(),
    scopes: z.record(z.string(), z.string()),
    epoch: z.number(),
    reason: z.string(),
    message: z.string(),
    operator: z.string(),
    at: time,
  })
  .transform(({ at, ...control }) => ({ ...control, atMs: at }));

const EFFECT = z.object({
  name: z.string(),
  word: z.enum(['OK', 'STALLED', 'IDLE', 'UNKNOWN']),
  reason: z.string(),
  cause: countFigure,
  effect: countFigure,
});

const AUDIT = z
  .object({
    state: z.string(),
    sentence: z.string(),
    lag_ms: numberFigure,
    spool_batches: numberFigure,
    spool_bytes: numberFigure,
  })
  .transform(({ lag_ms, spool_batches, spool_bytes, ...audit }) => ({
    ...audit,
    lagMs: lag_ms,
    spoolBatches: spool_batches,
    spoolBytes: spool_bytes,
  }));

const PORTFOLIO = z
  .object({
    book: z.string(),
    amounts_usdt: z.record(z.string(), textFigure),
    open_positions: numberFigure,
    open_orders: numberFigure,
    breakers_open: z.array(z.string()),
  })
  .transform(({ amounts_usdt, open_positions, open_orders, breakers_open, book }) => ({
    book,
    amountsUsdt: amounts_usdt,
    openPositions: open_positions,
    openOrders: open_orders,
    breakersOpen: breakers_open,
  }));

const SYMBOL = z
  .object({
    symbol: z.string(),
    last_price: textFigure,
    regime: textFigure,
    atr: numberFigure,
    adx: numberFigure,
  })
  .transform(({ last_price, ...symbol }) => ({ ...symbol, lastPrice: last_price }));

const FEED = z
  .object({
    symbols: z.array(
      z
        .object({ symbol: z.string(), state: z.string(), why: z.string(), silent_ms: numberFigure })
        .transform(({ silent_ms, ...symbol }) => ({ ...symbol, silentMs: silent_ms })),
    ),
    connections: z.array(
      z
        .object({
          id: z.number(),
          state: z.string(),
          symbols: z.number(),
          why: z.string(),
          since: time,
        })
        .transform(({ since, ...connection }) => ({ ...connection, sinceMs: since })),
    ),
    clock: z
      .object({ offset_ms: numberFigure, error_ms: numberFigure, confidence: z.string() })
      .transform(({ offset_ms, error_ms, confidence }) => {
        return { offsetMs: offset_ms, errorMs: error_ms, confidence };
      }),
    counts: z.record(z.string(), numberFigure),
  })
  .nullable();

const EXIT = z
  .object({
    kill_id: z.string(),
    what: z.string(),
    scopes: z.array(z.string()),
    state: z.string(),
    open_orders: numberFigure,
    positions: z.array(z.string()),
    why: z.string(),
  })
  .transform(({ kill_id, open_orders, ...exit }) => ({
    ...exit,
    killId: kill_id,
    openOrders: open_orders,
  }));

const VIEW = z
  .object({
    schema: z.literal(VIEW_SCHEMA),
    observed_at: time,
    word: z.enum(['EFFECTS FLOW', 'HALTED', 'STALLED', 'NOT PROVEN YET', 'NOT RUNNING']),
    reasons: z.array(z.string()),
    notes: z.array(z.string()),
    run: RUN,
    control: CONTROL,
    feed: FEED,
    shared: SHARED,
    effects: z.array(EFFECT),
    counts: z.record(z.string(), countFigure),
    blocked_by_code: z.record(z.string(), countFigure),
    trades_refused: z.record(z.string(), numberFigure),
    audit: AUDIT,
    portfolio: PORTFOLIO,
    // Not there where an engine of an earlier build answers.
    exits: z.array(EXIT).default([]),
    symbols: z.array(SYMBOL),
    rss_bytes: numberFigure,
  })
  .transform(({ schema: _, observed_at, blocked_by_code, trades_refused, rss_bytes, ...view }) => ({
    ...view,
    observedAtMs: observed_at,
    blockedByCode: blocked_by_code,
    tradesRefused: trades_refused,
    rssBytes: rss_bytes,
  }));

function jsonValues(
  figures: Readonly<Record<string, { toJSON(): FigureJson }>>,
): Readonly<Record<string, FigureJson>> {
  return Object.fromEntries(Object.entries(figures).map(([key, f]) => [key, f.toJSON()]));
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
