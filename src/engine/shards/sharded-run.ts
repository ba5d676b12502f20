import { PAPER_VENUE } from '../control/effective-mode.js';
import { wordsOf } from '../domain/words-of.js';
import type { ControlRecord } from '../domain/control.js';
import type { Output } from '../domain/events.js';
import type { Hash } from '../domain/hash.js';
import { runIds } from '../domain/ids.js';
import type { Thresholds } from '../domain/thresholds.js';
import { EngineFigures } from '../figures.js';
import type { AuditStore } from '../ports/audit-store.js';
import type { Clock } from '../ports/clock.js';
import type {
  EngineBoard,
  EngineEntry,
  Role,
  SharedRun,
  SharedRuns,
} from '../ports/engine-board.js';
import type { FactStreams } from '../ports/fact-streams.js';
import type { Leases, ShardLog } from '../ports/shard-log.js';
import type { LookAtShards, SharedRunStatus } from '../ports/shared-run-status.js';
import type { ShardRecord, ShardStore } from '../ports/shard-store.js';
import type { Keys, Topics } from '../ports/topics-keys.js';
import { bookedReport, createPublisher, gatedReport } from '../publisher.js';
import type { EndReason } from '../runner.js';
import { FeedRole, type FeedParts } from './feed-role.js';
import { runRole, type RoleDeps, type RoleLoop, type RoleState } from './role-loop.js';
import { shardIdentity, shardRunId } from './shard-of.js';
import { shardBudget } from './shard-budget.js';
import { LOG_EMPTY, type ShardRecovered } from './shard-recovery.js';
import { ShardPipeline, type PipelineLimits } from './shard-pipeline.js';
import { ShardWriter, type WriterLimits } from './shard-writer.js';
import { ShardsSeen } from './shards-seen.js';

/** The places that one shard is worked on from; each loop reads over connections of its own. */
export interface ShardPlaces {
  readonly log: ShardLog;
  readonly streams: FactStreams;
  readonly leases: { readonly pipeline: string; readonly writer: string };
}

export interface ShardedDeps {
  readonly leases: Leases;
  readonly feederLease: string;
  readonly board: EngineBoard;
  readonly runs: SharedRuns;
  readonly lookAtShards: LookAtShards;
  /** Opened for each role that works on the shard. */
  readonly openShard: (shard: number, runId: string) => Promise<ShardPlaces>;
  readonly audit: AuditStore;
  readonly store: ShardStore;
  readonly topics: Pick<Topics, 'publish'>;
  readonly keys: Pick<Keys, 'set'>;
  readonly clock: Clock;
  readonly hash: Hash;
  readonly control: () => ControlRecord;
  /** For orders that leave. Throws DependencyError while other hosts were not heard for too long. */
  readonly gateControl: () => ControlRecord;
  /** Of an ingest only. */
  readonly feed: FeedParts | null;
  readonly onCommitted: (fact: Output) => void;
  readonly onNotice: (text: string) => void;
  readonly isOutage: (error: unknown) => boolean;
}

export interface ShardedSettings {
  readonly engineId: string;
  readonly host: string;
  readonly pid: number;
  readonly roles: readonly Role[];
  readonly run: SharedRun;
  readonly thresholds: Thresholds;
  readonly codeVersion: string;
  readonly configHash: string;
  readonly syncJournal: boolean;
  readonly journalBytesMax: number;
  readonly pipeline: PipelineLimits;
  readonly writer: WriterLimits;
}

const HEARTBEAT_MS = 1_000;

/** One process of those that work on a run: its roles, each held by a lease, until `stop`. */
export class ShardedRun {
  readonly figures = new EngineFigures();
  readonly pipelines = new Map<number, ShardPipeline>();
  readonly writers = new Map<number, ShardWriter>();
  readonly roleStates = new Map<string, RoleState>();
  /** What it owned last, also when it owns nothing any more. */
  readonly #lastPipelines = new Map<number, ShardPipeline>();
  readonly #lastWriters = new Map<number, ShardWriter>();
  peers: readonly EngineEntry[] = [];
  readonly #deps: ShardedDeps;
  readonly #settings: ShardedSettings;
  readonly #startedAtMs: number;
  /** Of ingest, pipelines, writers and the heartbeat, in this order. */
  readonly #stops = [0, 1, 2, 3].map(() => new AbortController());
  readonly #stopped: Promise<void>;
  #stop: () => void = () => undefined;
  #feeding: FeedRole | null = null;
  #isFinished = false;
  #boardTrouble = '';
  #peersAtMs: number | null = null;
  readonly #seen = new ShardsSeen();
  #lookTrouble = '';

  constructor(deps: ShardedDeps, settings: ShardedSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#startedAtMs = deps.clock.nowMs();
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  /** Inputs that wait in the journal; null for a process that does not feed. */
  get journalWaiting(): number | null {
    return this.#feeding?.waiting ?? null;
  }

  stop(): void {
    this.#stop();
  }

  #signal(stage: 'ingest' | 'pipeline' | 'writer' | 'beat'): AbortSignal {
    const at = ['ingest', 'pipeline', 'writer', 'beat'].indexOf(stage);
    return this.#stops[at]?.signal ?? AbortSignal.abort();
  }

  /** Works until `stop`, or until the feed has ended and everything of it is written. */
  async run(onDraining: (reason: EndReason) => void = () => undefined): Promise<EndReason> {
    const { roles, run } = this.#settings;
    const shards = Array.from({ length: run.shards }, (_, shard) => shard);
    const { feed } = this.#deps;
    const has = (role: Role) => roles.includes(role);
    const stages = [
      has('ingest') && feed !== null ? [this.#feedRole(feed)] : [],
      has('pipeline') ? shards.map((shard) => this.#pipelineRole(shard)) : [],
      has('writer') ? shards.map((shard) => this.#writerRole(shard)) : [],
      [this.#beat()],
    ];
    // One that fails for good ends them all; the others give their leases back first.
    const running = stages.map((loops) =>
      Promise.all(loops).catch((error: unknown) => {
        this.stop();
        throw error;
      }),
    );
    const ended = Promise.allSettled(running);
    await this.#stopped;
    onDraining(this.#isFinished ? 'finished' : 'stopped');
    // In the order of the flow: what one has begun, those behind it still finish.
    for (const [stage, loops] of running.entries()) {
      this.#stops[stage]?.abort();
      await loops.catch(() => undefined);
    }
    await ended;
    // The last figures are of the end.
    await this.#lookAtShards();
    await this.#deps.board.leave(this.#settings.engineId).catch(() => undefined);
    await Promise.all(running);
    return this.#isFinished ? 'finished' : 'stopped';
  }

  async #beat(): Promise<void> {
    const { clock } = this.#deps;
    const signal = this.#signal('beat');
    while (!signal.aborted) {
      await Promise.all([this.#meetPeers(), this.#lookAtShards()]);
      await clock.sleep(HEARTBEAT_MS, signal);
    }
  }

  async #meetPeers(): Promise<void> {
    const { board, clock } = this.#deps;
    try {
      this.peers = await board.note(this.entry());
      this.#peersAtMs = clock.nowMs();
      this.#boardTrouble = '';
      await this.#endWithRun();
    } catch (error) {
      this.#boardTrouble = wordsOf(error);
    }
  }

  /** A look that fails changes nothing but the age of the last one. */
  async #lookAtShards(): Promise<void> {
    const { lookAtShards, clock } = this.#deps;
    try {
      const looks = await lookAtShards();
      this.#seen.note(looks, clock.nowMs());
      this.#lookTrouble = '';
    } catch (error) {
      this.#lookTrouble = wordsOf(error);
    }
  }

  /** What this process sees of all that work on the run. */
  sharing(): SharedRunStatus {
    const { engineId, roles, run } = this.#settings;
    return {
      engineId,
      roles,
      feeds: this.#feeding?.feeds ?? false,
      folds: [...this.pipelines.keys()].sort((a, b) => a - b),
      shardCount: run.shards,
      engines: [this.entry(), ...this.peers.filter((peer) => peer.engineId !== engineId)],
      enginesAtMs: this.#peersAtMs,
      shards: this.#seen.standings,
      shardsAtMs: this.#seen.atMs,
      lookTrouble: this.#lookTrouble,
    };
  }

  /** What it owns; at its end what it owned last, so that the last figures can be told. */
  shown(): {
    readonly pipelines: readonly ShardPipeline[];
    readonly writers: readonly ShardWriter[];
  } {
    const isOver = this.#signal('beat').aborted;
    return {
      pipelines: [...(isOver ? this.#lastPipelines : this.pipelines).values()],
      writers: [...this.#lastWriters].flatMap(([shard, writer]) => {
        // Between two tries of what fails nobody holds the lease; the failure is there all the same.
        const isTrying = this.roleStates.get(writerName(shard))?.trouble !== '';
        return isOver || isTrying || this.writers.has(shard) ? [writer] : [];
      }),
    };
  }

  /** Of the loop that goes round least. */
  get turns(): number {
    const turns = [...this.roleStates.values()].map((role) => role.turns);
    return turns.length === 0 ? 0 : Math.min(...turns);
  }

  /** Another process has said that the feed has ended, or has begun another run. */
  async #endWithRun(): Promise<void> {
    const { runs, onNotice } = this.#deps;
    const { run } = this.#settings;
    // A Redis that has lost everything knows of no run; this one goes on, and who starts must find it.
    const current = (await runs.current()) ?? (await runs.begin(run, null));
    if (current.runGroup !== run.runGroup) {
      onNotice(`run ${current.runGroup} has followed this one on the Redis; nothing is left to do`);
      this.stop();
    } else if (current.finished) {
      if (!this.#isFinished) onNotice('the run is finished');
      this.#isFinished = true;
      this.stop();
    }
  }

  entry(): EngineEntry {
    const { engineId, host, pid, roles } = this.#settings;
    const troubles = [...this.roleStates].flatMap(([name, { trouble }]) =>
      trouble === '' ? [] : [`${name}: ${trouble}`],
    );
    return {
      engineId,
      pid,
      host,
      roles,
      pipelines: [...this.pipelines.keys()],
      writers: [...this.writers.keys()],
      feeds: this.#feeding?.feeds ?? false,
      startedAtMs: this.#startedAtMs,
      journalWaiting: this.journalWaiting,
      trouble: this.#boardTrouble === '' ? troubles : [this.#boardTrouble, ...troubles],
    };
  }

  #role(name: string): RoleState {
    const state: RoleState = { state: 'waiting', why: '', trouble: '', token: null, turns: 0 };
    this.roleStates.set(name, state);
    return state;
  }

  async #runRole(
    { stage, name, lease }: { readonly stage: Role; readonly name: string; readonly lease: string },
    work: RoleLoop['work'],
    more: Partial<
      Pick<RoleLoop, 'tokenMin' | 'isWanted' | 'onTaken'> & Pick<RoleDeps, 'isOutage'>
    > = {},
  ): Promise<void> {
    const { leases, clock, onNotice, isOutage } = this.#deps;
    const { engineId } = this.#settings;
    // Above every token that a lost event log may have given out.
    const now = () => Math.floor(clock.nowMs() / 1_000);
    const tokenMin = async () => Math.max(now(), (await more.tokenMin?.()) ?? 0);
    await runRole(
      { isWanted: () => true, ...more, name, lease, work, tokenMin },
      { leases, clock, owner: engineId, onNotice, isOutage: more.isOutage ?? isOutage },
      this.#role(name),
      this.#signal(stage),
    );
  }

  async #feedRole(parts: FeedParts): Promise<void> {
    const { clock, openShard, feederLease, runs, isOutage } = this.#deps;
    const { run, syncJournal, journalBytesMax } = this.#settings;
    const places = Array.from({ length: run.shards }, (_, n) => openShard(n, this.#runId(n)));
    const shards = (await Promise.all(places)).map(({ log }) => log);
    const { runGroup } = run;
    const onFinished = async (): Promise<void> => {
      await runs.finish(runGroup);
      this.#isFinished = true;
      this.stop();
    };
    const stopping = this.#signal('ingest');
    const settings = { runGroup, syncJournal, journalBytesMax, stopping };
    const role = new FeedRole({ ...parts, ...settings, shards, clock, onFinished });
    await role.open();
    this.#feeding = role;
    const place = { stage: 'ingest', name: 'ingest', lease: feederLease } as const;
    try {
      await this.#runRole(place, role.work, {
        onTaken: () => role.endPump(),
        isOutage: (error) => !role.hasFailedWith(error) && isOutage(error),
      });
    } finally {
      await role.endPump();
    }
  }

  async #pipelineRole(shard: number): Promise<void> {
    const { hash, clock, control, store, onNotice } = this.#deps;
    const { run, pipeline, codeVersion, configHash } = this.#settings;
    const { log, leases } = await this.#deps.openShard(shard, this.#runId(shard));
    const thresholds = shardBudget(this.#settings.thresholds, run.shards);
    const config = { codeVersion, configHash, thresholds, seed: run.seed };
    const parts = { run: this.#record(shard), log, store, clock, hash, control, config };
    const name = `pipeline of shard ${shard}`;
    const work: RoleLoop['work'] = async (token, signal, onTurn) => {
      const deps = { ...parts, figures: this.figures, limits: pipeline, onNotice };
      const owned = new ShardPipeline(deps, token);
      this.pipelines.set(shard, owned);
      this.#lastPipelines.set(shard, owned);
      try {
        const recovered = await owned.recover();
        onNotice(`${name}: ${takenWords(recovered)}, at input ${owned.fold.seq}, token ${token}`);
        while (!signal.aborted && this.#mayOwn(shard)) {
          onTurn();
          await owned.turn();
        }
        if (!signal.aborted || this.#signal('pipeline').aborted) await this.#giveAway(owned);
      } finally {
        this.pipelines.delete(shard);
      }
    };
    const place = { stage: 'pipeline', name, lease: leases.pipeline } as const;
    await this.#runRole(place, work, {
      isWanted: () => this.#mayOwn(shard),
      onTaken: () => {
        this.#lastPipelines.delete(shard);
      },
    });
  }

  /** A next owner begins at the snapshot; the writer is waited for only so long. */
  async #giveAway(owned: ShardPipeline): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + this.#deps.leases.ttlMs;
    await owned.drain(() => clock.monotonicMs() >= untilMs);
    await owned.saveSnapshot();
  }

  /** An equal part of the shards for every process that has the role. */
  #mayOwn(shard: number): boolean {
    const owners = this.peers.filter(({ roles }) => roles.includes('pipeline')).length;
    const most = Math.ceil(this.#settings.run.shards / Math.max(1, owners));
    const owned = [...this.pipelines.keys()].sort((a, b) => a - b);
    return owned.includes(shard) ? owned.indexOf(shard) < most : owned.length < most;
  }

  async #writerRole(shard: number): Promise<void> {
    const { hash, clock, audit, store, topics, keys, gateControl, onCommitted } = this.#deps;
    const record = this.#record(shard);
    const { log, streams, leases } = await this.#deps.openShard(shard, record.runId);
    const ids = runIds(hash, record.runId);
    // Those that the owner decides under.
    const budget = shardBudget(this.#settings.thresholds, this.#settings.run.shards);
    const thresholds = () => budget;
    const work: RoleLoop['work'] = async (token, signal, onTurn) => {
      const publish = createPublisher({
        ...{ streams, topics, keys, ids, hash, thresholds, control: gateControl, onCommitted },
        onGated: (order, message) => writer.report(gatedReport(order, message, clock.nowMs())),
        onBooked: (fill) => writer.report(bookedReport(fill, clock.nowMs())),
      });
      const { figures } = this;
      const rows = { ids, hash, thresholds, venue: PAPER_VENUE };
      const parts = { run: record, log, audit, store, clock, rows, figures, publish };
      const writer = new ShardWriter({ ...parts, limits: this.#settings.writer }, token);
      this.writers.set(shard, writer);
      this.#lastWriters.set(shard, writer);
      try {
        await writer.recover();
        while (!signal.aborted) {
          onTurn();
          await writer.turn();
        }
      } finally {
        this.writers.delete(shard);
      }
    };
    const name = writerName(shard);
    const place = { stage: 'writer', name, lease: leases.writer } as const;
    await this.#runRole(place, work, {
      tokenMin: () => store.writerToken(record.runId),
      onTaken: () => {
        this.#lastWriters.delete(shard);
      },
    });
  }

  #runId(shard: number): string {
    return shardRunId(this.#deps.hash, this.#settings.run, shard);
  }

  #record(shard: number): ShardRecord {
    const { run, codeVersion, configHash } = this.#settings;
    const { mode, feed, seed, startedAtMs, runGroup } = run;
    return {
      runId: this.#runId(shard),
      identity: shardIdentity(run, shard),
      ...{ mode, feed, seed, codeVersion, configHash, startedAtMs, runGroup, shard },
    };
  }
}

function writerName(shard: number): string {
  return `writer of shard ${shard}`;
}

function takenWords(recovered: ShardRecovered): string {
  if (recovered.state === 'whole') return 'taken';
  const { cursor, why } = recovered;
  if (cursor !== null) return `begun from the database: ${why}`;
  return why === LOG_EMPTY
    ? 'new'
    : `begun anew: the database has nothing of it, and of Redis ${why}`;
}
