import type { ControlRecord } from '../domain/control.js';
import { e8FromNumber, formatE8, parseE8, type E8 } from '../domain/e8.js';
import {
  countsOf,
  exitStatus,
  openOrdersByBook,
  ordersTo,
  portfolioStatus,
  symbolStatus,
} from '../engine-status.js';
import type { EngineFigures } from '../figures.js';
import { Fold } from '../fold.js';
import type { SharedRun } from '../ports/engine-board.js';
import type { EngineStatus } from '../ports/engine-status.js';
import type { SharedRunStatus } from '../ports/shared-run-status.js';
import type { Hash } from '../domain/hash.js';
import type { Feed } from '../ports/feed.js';
import type { ShardPipeline } from './shard-pipeline.js';
import type { ShardWriter } from './shard-writer.js';

interface ShardedParts {
  readonly run: SharedRun;
  readonly phase: EngineStatus['phase'];
  readonly pipelines: readonly ShardPipeline[];
  readonly writers: readonly ShardWriter[];
  readonly figures: EngineFigures;
  readonly shared: SharedRunStatus;
  /** Null of a process that feeds nothing. */
  readonly feed: Feed | null;
  readonly journalWaiting: number | null;
  readonly codeVersion: string;
  readonly control: ControlRecord;
  readonly database: EngineStatus['database'];
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly pid: number;
  readonly rssBytes: number;
  readonly cpuMs: number;
  readonly hash: Hash;
}

/** What one of several processes says of itself: its own shards, added up. */
export function shardedStatus(parts: ShardedParts): EngineStatus {
  const { run, pipelines, writers, figures, feed, nowMs } = parts;
  const folded = sum(pipelines.map(({ fold }) => fold.seq));
  const written = sum(pipelines.map(({ writtenSeq }) => writtenSeq));
  const waitingSinceMs = Math.min(
    ...writers.map(({ waitingSinceMs }) => waitingSinceMs ?? nowMs),
    nowMs,
  );
  return {
    runId: run.runGroup,
    pid: parts.pid,
    codeVersion: parts.codeVersion,
    startedAtMs: parts.startedAtMs,
    observedAtMs: nowMs,
    phase: parts.phase,
    control: parts.control,
    ordersTo: ordersTo(parts.control.mode),
    feed: {
      identity: run.identity,
      description: run.feed,
      finite: feed?.finite ?? false,
      // One that another process reads is not connected here, and no fault.
      health: (parts.shared.feeds ? feed?.health() : null) ?? null,
    },
    seqJournaled: folded + (parts.journalWaiting ?? 0),
    seqFolded: folded,
    seqAudited: written,
    seqCommitted: written,
    publishLagMs: nowMs - waitingSinceMs,
    digest: pipelines.map(({ fold }) => fold.digest).join(' '),
    ...countsOf(figures),
    audit: auditStatus(parts, nowMs - waitingSinceMs),
    portfolio: portfolios(parts),
    openOrdersByBook: openOrdersByBook(pipelines.map(({ fold }) => fold)),
    exits: exitStatus(pipelines.map(({ fold }) => fold)),
    symbols: pipelines.flatMap(({ fold }) => symbolStatus(fold)),
    database: parts.database,
    rssBytes: parts.rssBytes,
    cpuMs: parts.cpuMs,
    shared: parts.shared,
  };
}

function auditStatus({ writers }: ShardedParts, lagMs: number): EngineStatus['audit'] {
  const stalled = writers.find(({ state }) => state === 'stalled');
  const rowsCommitted: Record<string, number> = {};
  for (const writer of writers) {
    for (const [table, count] of Object.entries(writer.rowsCommitted)) {
      rowsCommitted[table] = (rowsCommitted[table] ?? 0) + count;
    }
  }
  const commits = writers.flatMap(({ lastCommitAtMs }) => lastCommitAtMs ?? []);
  return {
    state: stalled === undefined ? 'ok' : 'stalled',
    reason: stalled?.reason ?? '',
    sinceMs: stalled?.sinceMs ?? null,
    lastCommitAtMs: commits.length === 0 ? null : Math.max(...commits),
    failures: sum(writers.map(({ failures }) => failures)),
    rowsCommitted,
    lagMs,
    spoolBatches: 0,
    spoolBytes: 0,
  };
}

type Amount = Extract<keyof EngineStatus['portfolio'], `${string}Usdt`>;

/** Each shard counts with the whole balance, which is there once; amounts of trades add up. */
function portfolios({ pipelines, hash }: ShardedParts): EngineStatus['portfolio'] {
  const all = pipelines.map(({ fold }) => portfolioStatus(fold));
  const first = all[0] ?? portfolioStatus(new Fold(hash));
  if (all.length < 2) return first;
  const sumE8 = (amount: Amount) => all.reduce((added, one) => added + e8(one[amount]), 0n);
  const total = (amount: Amount) => formatE8(sumE8(amount));
  const ofBalance = (amount: Amount) => formatE8(sumE8(amount) - repeatedBalanceE8(pipelines));
  return {
    book: first.book,
    equityUsdt: ofBalance('equityUsdt'),
    cashUsdt: ofBalance('cashUsdt'),
    exposureUsdt: total('exposureUsdt'),
    pendingUsdt: total('pendingUsdt'),
    realizedPnlUsdt: total('realizedPnlUsdt'),
    unrealizedPnlUsdt: total('unrealizedPnlUsdt'),
    feesUsdt: total('feesUsdt'),
    dailyPnlUsdt: total('dailyPnlUsdt'),
    positions: all.flatMap(({ positions }) => positions),
    openOrders: sum(all.map(({ openOrders }) => openOrders)),
    breakers: Object.fromEntries(
      Object.keys(first.breakers).map((name) => [
        name,
        all.some(({ breakers }) => breakers[name] === true),
      ]),
    ),
  };
}

/** A shard whose limits are not known yet has no balance. */
function repeatedBalanceE8(pipelines: ShardedParts['pipelines']): E8 {
  const balances = pipelines.flatMap(({ fold: { state } }) =>
    state.limits === null ? [] : [e8FromNumber(state.limits.risk.balanceUsdt)],
  );
  return balances.slice(1).reduce((added, balance) => added + balance, 0n);
}

function e8(text: string): E8 {
  const value = parseE8(text);
  return typeof value === 'bigint' ? value : 0n;
}

function sum(values: readonly number[]): number {
  return values.reduce((added, value) => added + value, 0);
}
