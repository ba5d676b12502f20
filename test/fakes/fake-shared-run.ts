import type { EngineEntry } from '../../src/engine/ports/engine-board.js';
import type { SharedRunStatus, ShardStanding } from '../../src/engine/ports/shared-run-status.js';
import { NOW_MS } from './fake-engine-status.js';

export function fakeEntry(changes: Partial<EngineEntry> = {}): EngineEntry {
  return {
    engineId: 'db1:4182',
    pid: 4182,
    host: 'db1',
    roles: ['ingest', 'pipeline', 'writer'],
    pipelines: [0],
    writers: [0, 1],
    feeds: true,
    startedAtMs: NOW_MS - 600_000,
    journalWaiting: 3,
    trouble: [],
    ...changes,
  };
}

export function fakeShard(changes: Partial<ShardStanding> = {}): ShardStanding {
  return {
    shard: 0,
    head: { seq: 5_000, foldedSeq: 4_999, writtenSeq: 4_990 },
    owner: { engineId: 'db1:4182', token: 1_770_650_001 },
    writer: { engineId: 'db1:4182', token: 1_770_650_002 },
    unfoldedSinceMs: NOW_MS - 200,
    unwrittenSinceMs: NOW_MS - 900,
    lastInputAtMs: NOW_MS - 400,
    ...changes,
  };
}

/** Two engines, two shards, everything moves; seen from the one that has all roles. */
export function fakeSharedRun(changes: Partial<SharedRunStatus> = {}): SharedRunStatus {
  return {
    engineId: 'db1:4182',
    roles: ['ingest', 'pipeline', 'writer'],
    feeds: true,
    folds: [0],
    shardCount: 2,
    engines: [fakeEntry(), OTHER],
    enginesAtMs: NOW_MS - 400,
    shards: [fakeShard(), fakeShard({ shard: 1, owner: { engineId: 'db2:77', token: 9 } })],
    shardsAtMs: NOW_MS - 300,
    lookTrouble: '',
    ...changes,
  };
}

const OTHER = fakeEntry({
  ...{ engineId: 'db2:77', pid: 77, host: 'db2', roles: ['pipeline'], feeds: false },
  ...{ pipelines: [1], writers: [], journalWaiting: null, startedAtMs: NOW_MS - 60_000 },
});
