import type pg from 'pg';
import { openTradeFileFeed } from '../../src/adapters/files-feed/trade-file-feed.js';
import { nodeHash } from '../../src/adapters/node-hash.js';
import { postgresAuditStore } from '../../src/adapters/postgres/audit-store.js';
import { openPgPool, type PgTarget } from '../../src/adapters/postgres/pg-pool.js';
import { unpackInputs } from '../../src/adapters/postgres/shard-progress.js';
import { openRedisEventLog } from '../../src/adapters/redis/redis-event-log.js';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { auditBatch } from '../../src/engine/audit-rows.js';
import type { Output } from '../../src/engine/domain/events.js';
import { runIds } from '../../src/engine/domain/ids.js';
import type { SequencedInput, TradeObserved } from '../../src/engine/domain/inputs.js';
import { STREAM_LIST, STREAMS } from '../../src/engine/domain/wire/streams.js';
import type { LogEntry } from '../../src/engine/ports/event-log.js';
import { replay } from '../../src/engine/replay.js';
import { shardBudget } from '../../src/engine/shards/shard-budget.js';
import { isForShard, shardOf } from '../../src/engine/shards/shard-of.js';
import { onlyTrades } from '../fakes/engine/only-trades.js';
import { STORY } from '../integration/shards/sharded-fixture.js';
import { THRESHOLDS, type Databases } from './redis-stage.js';
import { truthOfInputs, type Truth } from './run-truth.js';
import { databaseFaults, withClient } from './verify-run.js';

type Story = Readonly<Record<string, readonly string[]>>;

/** What a round has to come to, whatever happened meanwhile. */
export interface Expected {
  readonly trades: readonly TradeObserved[];
  readonly story: Story;
}

export interface RedisVerdict {
  readonly decisions: number;
  readonly orders: number;
  readonly fills: number;
  readonly streamEntries: number;
  /** Symbols whose story is that of the pure core; the others were told of a stalled audit. */
  readonly asReplayed: number;
  readonly inputKinds: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

/** The pure core over the same trades, by shard, written by the same audit trail. */
export async function expectedOf(databases: Databases, shards: number): Promise<Expected> {
  const feed = await openTradeFileFeed(databases.trades);
  const trades: TradeObserved[] = [];
  const { signal } = new AbortController();
  for await (const inputs of feed.inputs(0, signal)) trades.push(...onlyTrades(inputs));
  const target = { ...databases.server.connection, database: await databases.fresh() };
  const pool = openPgPool(target, 'test');
  const store = postgresAuditStore(pool);
  const thresholds = shardBudget(THRESHOLDS, shards);
  for (let shard = 0; shard < shards; shard += 1) {
    const own = trades.filter((trade) => isForShard(trade, shard, shards));
    const outputs: Output[] = [];
    const fold = await replay(
      { ...feed, inputs: () => oneBatch(own) },
      { hash: nodeHash, thresholds, seed: 1, mode: 'paper' },
      (step) => outputs.push(...step.outputs),
      () => Promise.resolve(),
      signal,
    );
    const runId = `11111111-1111-5111-8111-11111111111${shard}`;
    await store.startRun({
      ...{ runId, identity: `shard ${shard}`, mode: 'paper', feed: 'test', seed: 1 },
      ...{ codeVersion: 'test', configHash: 'test', startedAtMs: 1 },
    });
    const ids = runIds(nodeHash, runId);
    const whole = { seqFirst: 1, seqLast: fold.seq, digest: fold.digest, outputs, arrivedAtMs: 0 };
    const rows = { ids, hash: nodeHash, thresholds: () => thresholds, venue: 'paper' };
    const batch = auditBatch(whole, rows);
    if (batch !== null) await store.commit(batch);
  }
  await pool.close();
  return { trades, story: await withClient(target, storyOf) };
}

async function* oneBatch(
  trades: readonly TradeObserved[],
): AsyncGenerator<readonly TradeObserved[]> {
  yield await Promise.resolve(trades);
}

async function storyOf(client: pg.Client): Promise<Story> {
  const { rows } = await client.query<{ symbol: string; line: string }>(STORY);
  const story: Record<string, string[]> = {};
  for (const { symbol, line } of rows) (story[symbol] ??= []).push(line);
  return story;
}

export interface RoundResult {
  readonly shards: number;
  readonly target: PgTarget;
  readonly link: RedisLink;
}

/** The audit trail and the streams of a finished round against the trades that went in. */
export async function judgeRedisRound(
  { shards, target, link }: RoundResult,
  expected: Expected,
): Promise<RedisVerdict> {
  return withClient(target, async (client) => {
    const runs = await client.query<{ run_id: string; shard: number; digest: string }>(
      `SELECT run_id, shard, digest FROM run_shards JOIN audit_cursor USING (run_id) ORDER BY shard`,
    );
    const faults: string[] = [];
    if (runs.rows.length !== shards) faults.push(`${runs.rows.length} shards are on record`);
    const truths: Truth[] = [];
    const replayed = new Set<string>();
    for (const { run_id: runId, shard, digest } of runs.rows) {
      const inputs = await keptInputs(client, runId, faults);
      const truth = await truthOfInputs(inputs, runId);
      truths.push(truth);
      const own = expected.trades.filter((trade) => isForShard(trade, shard, shards));
      const found = [
        ...tradeFaults(inputs, own),
        ...(truth.digest === digest ? [] : ['the digest on record is not that of the inputs']),
        ...stallFaults(inputs),
        ...(await databaseFaults(client, truth)).faults,
      ];
      faults.push(...found.map((fault) => `shard ${shard}: ${fault}`));
      const { AuditStalled: stalls = 0, OrderReported: reports = 0 } = truth.inputKinds;
      if (stalls + reports > 0) continue;
      for (const symbol of Object.keys(expected.story)) {
        if (shardOf(symbol, shards) === shard) replayed.add(symbol);
      }
    }
    const story = await storyOf(client);
    for (const symbol of replayed) faults.push(...storyFaults(symbol, story, expected.story));
    const streams = await streamsOf(link);
    faults.push(...streamFaults(streams, truths), ...(await countFaults(client, streams)));
    const count = (kind: string) =>
      Object.values(story).flatMap((lines) => lines.filter((line) => line.startsWith(kind))).length;
    return {
      decisions: count('risk'),
      orders: count('order'),
      fills: count('fill'),
      streamEntries: [...streams.values()].reduce((sum, { length }) => sum + length, 0),
      asReplayed: replayed.size,
      inputKinds: sums(truths),
      faults,
    };
  });
}

async function keptInputs(
  client: pg.Client,
  runId: string,
  faults: string[],
): Promise<readonly SequencedInput[]> {
  const { rows } = await client.query<{ inputs: Buffer }>(
    'SELECT inputs FROM kept_inputs WHERE run_id = $1 ORDER BY seq_first',
    [runId],
  );
  const inputs = rows.flatMap((row) => unpackInputs(row.inputs));
  const gap = inputs.findIndex(({ seq }, i) => seq !== i + 1);
  if (gap >= 0) faults.push(`run ${runId}: input ${gap + 1} is missing or twice`);
  return inputs;
}

/** Every trade once, in the order of the feed. */
function tradeFaults(
  inputs: readonly SequencedInput[],
  own: readonly TradeObserved[],
): readonly string[] {
  const text = ({ symbol, tradeId, tsMs }: TradeObserved) => `${symbol} ${tradeId} ${tsMs}`;
  const found = inputs.flatMap(({ input }) => (input.kind === 'TradeObserved' ? [input] : []));
  const at = own.findIndex((trade, i) => {
    const there = found[i];
    return there === undefined || text(there) !== text(trade);
  });
  return at < 0 && found.length === own.length
    ? []
    : [`${found.length} trades of ${own.length}, first difference at ${at}`];
}

/** Orders must not stay stopped when the audit trail is well again. */
function stallFaults(inputs: readonly SequencedInput[]): readonly string[] {
  const told = inputs.filter(({ input }) => input.kind.startsWith('Audit'));
  return told.at(-1)?.input.kind === 'AuditStalled'
    ? ['the fold still believes that the audit is stalled']
    : [];
}

function storyFaults(symbol: string, found: Story, expected: Story): readonly string[] {
  const [is, shall] = [found[symbol] ?? [], expected[symbol] ?? []];
  const at = shall.findIndex((line, i) => line !== is[i]);
  if (at < 0 && is.length === shall.length) return [];
  return [`${symbol}: "${is[at] ?? 'nothing'}" for "${shall[at] ?? 'nothing'}" at ${at}`];
}

async function streamsOf(link: RedisLink): Promise<ReadonlyMap<string, readonly LogEntry[]>> {
  const log = openRedisEventLog(link, { keyPrefix: '' });
  const streams = new Map<string, readonly LogEntry[]>();
  for (const { name, lengthMax } of STREAM_LIST) {
    streams.set(name, await log.read(name, null, 2 * lengthMax));
  }
  return streams;
}

/** Each stream is what the shards planned for it, each in its order, and nothing else. */
function streamFaults(
  streams: ReadonlyMap<string, readonly LogEntry[]>,
  truths: readonly Truth[],
): readonly string[] {
  const text = ({ fields }: LogEntry) => JSON.stringify(fields);
  return [...streams].flatMap(([name, entries]) => {
    const planned = truths.map((truth) => (truth.streams.get(name) ?? []).map(text));
    const total = planned.reduce((sum, { length }) => sum + length, 0);
    const at = interleaved(entries.map(text), planned);
    if (at === null && total === entries.length) return [];
    const what = `${entries.length} entries, planned ${total}, first difference at ${String(at)}`;
    return [`${name}: ${what}`];
  });
}

/** @returns where `found` stops to be the sequences put into each other; null when it is all of it */
function interleaved(
  found: readonly string[],
  sequences: readonly (readonly string[])[],
): number | null {
  // Shards may say the same; every way to tell them apart is followed.
  let ways = new Map([['', sequences.map(() => 0)]]);
  for (const [at, entry] of found.entries()) {
    const next = new Map<string, number[]>();
    for (const places of ways.values()) {
      for (const [which, place] of places.entries()) {
        if (sequences[which]?.[place] !== entry) continue;
        const moved = places.with(which, place + 1);
        next.set(moved.join(), moved);
      }
    }
    if (next.size === 0) return at;
    ways = next;
  }
  return null;
}

/** Counted by SQL and by the streams alone, without what the fold says. */
async function countFaults(
  client: pg.Client,
  streams: ReadonlyMap<string, readonly LogEntry[]>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const ids = (streams.get(STREAMS.orders.name) ?? []).map(
    ({ fields }) => fields['order_id'] ?? '',
  );
  const twice = ids.length - new Set(ids).size;
  if (twice > 0) faults.push(`${twice} orders twice in ${STREAMS.orders.name}`);
  faults.push(...(await ordersWithoutDecision(client, ids)));
  const results = streams.get(STREAMS.fills.name) ?? [];
  const { rows } = await client.query<{ fills: number; rejections: number }>(
    `SELECT (SELECT count(*)::int FROM trades) AS fills,
            (SELECT count(*)::int FROM orders
              WHERE status NOT IN ('submitted', 'open', 'partial', 'partially_filled', 'filled')) AS rejections`,
  );
  const { fills = 0, rejections = 0 } = rows[0] ?? {};
  if (results.length !== fills + rejections) {
    const there = `${fills} fills and ${rejections} rejections on record`;
    faults.push(`${results.length} entries in ${STREAMS.fills.name}, ${there}`);
  }
  for (const [name, entries] of streams) faults.push(...fallingTimes(name, entries));
  return faults;
}

export async function ordersWithoutDecision(
  client: pg.Client,
  orderIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS published(id)
      WHERE 1 <> (SELECT count(*) FROM orders o JOIN risk_events r ON r.decision_pk = o.decision_id
                   WHERE o.order_id = published.id AND r.decision = 'ALLOW')`,
    [orderIds],
  );
  return rows.length === 0 ? [] : [`${rows.length} orders without a decision: ${rows[0]?.id}`];
}

/** Of one symbol nothing later comes before something earlier. */
function fallingTimes(name: string, entries: readonly LogEntry[]): readonly string[] {
  const newest = new Map<string, number>();
  for (const { fields } of entries) {
    const symbol = fields['symbol'];
    const at = Number(fields['ts_ms'] ?? fields['timestamp'] ?? fields['ts'] ?? Number.NaN);
    if (symbol === undefined || Number.isNaN(at)) continue;
    const before = newest.get(symbol) ?? -Infinity;
    if (at < before) return [`${name}: ${symbol} at ${at} comes behind ${before}`];
    newest.set(symbol, at);
  }
  return [];
}

function sums(truths: readonly Truth[]): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const { inputKinds } of truths) {
    for (const [kind, count] of Object.entries(inputKinds)) all[kind] = (all[kind] ?? 0) + count;
  }
  return all;
}
