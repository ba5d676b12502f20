import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { LeaseHolder, ShardStanding } from '../engine/ports/shared-run-status.js';
import type { EngineEntry } from '../engine/ports/engine-board.js';
import { Figure } from './figure.js';
import { inputsWaiting, notWritten } from './shared-effects.js';

/** One of the processes that share the run, as it says itself. */
interface EngineView {
  readonly engineId: string;
  readonly host: string;
  readonly pid: number;
  readonly roles: readonly string[];
  readonly feeds: boolean;
  /** Shards whose inputs it folds, and whose facts it writes. */
  readonly owns: readonly number[];
  readonly writes: readonly number[];
  readonly upMs: Figure<number>;
  /** Null of a process without a journal of inputs. */
  readonly journalWaiting: Figure<number> | null;
  readonly trouble: readonly string[];
}

/** One part of the run, as anybody sees it. Null holder: nobody. */
interface ShardView {
  readonly shard: number;
  readonly owner: LeaseHolder | null;
  readonly writer: LeaseHolder | null;
  readonly inputsWaiting: Figure<number>;
  readonly notWritten: Figure<number>;
  /** Age of the oldest input that is not written; 0 when all are. */
  readonly lagMs: Figure<number>;
}

export interface SharedView {
  readonly engineId: string;
  readonly roles: readonly string[];
  /** What the figures of this process are of. */
  readonly owns: readonly number[];
  readonly shardCount: number;
  readonly engines: readonly EngineView[];
  readonly shards: readonly ShardView[];
}

/** @returns null where one process is the whole run */
export function sharedView(status: EngineStatus): SharedView | null {
  const { shared, observedAtMs } = status;
  if (shared === undefined) return null;
  const enginesAtMs = shared.enginesAtMs ?? observedAtMs;
  const shardsAtMs = shared.shardsAtMs ?? observedAtMs;
  return {
    engineId: shared.engineId,
    roles: shared.roles,
    owns: shared.folds,
    shardCount: shared.shardCount,
    engines: shared.engines.map((entry) => engineView(entry, enginesAtMs)),
    shards: shared.shards.map((shard) => shardView(shard, shardsAtMs, observedAtMs)),
  };
}

function engineView(entry: EngineEntry, atMs: number): EngineView {
  const { engineId, host, pid, roles, feeds, pipelines, writers, startedAtMs } = entry;
  const { journalWaiting, trouble } = entry;
  return {
    ...{ engineId, host, pid, roles, feeds, trouble },
    owns: ascending(pipelines),
    writes: ascending(writers),
    upMs: new Figure(Math.max(0, atMs - startedAtMs), 'engines', atMs),
    journalWaiting: journalWaiting === null ? null : new Figure(journalWaiting, 'engines', atMs),
  };
}

function shardView(standing: ShardStanding, atMs: number, nowMs: number): ShardView {
  const { shard, owner, writer, head, unwrittenSinceMs } = standing;
  const seen = (value: number) => new Figure(head === null ? null : value, 'shards', atMs);
  return {
    ...{ shard, owner, writer },
    inputsWaiting: seen(inputsWaiting(standing)),
    notWritten: seen(notWritten(standing)),
    lagMs: seen(unwrittenSinceMs === null ? 0 : Math.max(0, nowMs - unwrittenSinceMs)),
  };
}

function ascending(shards: readonly number[]): readonly number[] {
  return [...shards].sort((a, b) => a - b);
}
