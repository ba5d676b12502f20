import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { TradeObserved } from '../../../src/engine/domain/inputs.js';
import type { LiveRun, LiveSettings } from '../../../src/engine/live-run.js';
import { openLiveRun } from '../../../src/engine/open-run.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import type { Snapshot } from '../../../src/engine/ports/snapshot-store.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { AuditDisk, MemoryAuditStore } from '../../fakes/engine/memory-audit-store.js';
import { MemoryEventLog, type EventLogDisk } from '../../fakes/engine/memory-event-log.js';
import { MemoryRunRegistry } from '../../fakes/engine/memory-run-registry.js';
import { MemorySnapshotStore } from '../../fakes/engine/memory-snapshot-store.js';
import { Power } from '../../fakes/engine/power.js';
import { eager } from './fold-bench.js';
import { observed, T0 } from './stages/market-fold.js';

export const TRADING: ControlRecord = {
  level: 'TRADING',
  scopes: {},
  mode: 'paper',
  epoch: 1,
  reason: 'initialised',
  message: '',
  operator: 'test',
  atMs: T0,
  previousLevel: 'HALTED',
};

const SETTINGS: LiveSettings = {
  mode: 'paper',
  seed: 7,
  thresholds: eager({ risk: { autoUnwind: true }, paper: { rejectFraction: 0.1 } }),
  codeVersion: 'build-a',
  configHash: 'config-a',
  restart: false,
  pid: 1,
  venue: 'paper',
  syncJournal: true,
  committer: {
    waitingMax: 2,
    factsPerCommitMax: 50,
    spoolBytesMax: 1_000_000,
    retryMsMin: 100,
    retryMsMax: 400,
  },
  batchInputsMax: 8,
  controlPollMs: 100,
  snapshotEveryInputs: 40,
  snapshotEveryMs: 1e9,
  journalKeepInputs: 1e9,
};

/** One state directory and one database; each `open` is a new process on them. */
export class LiveBench {
  readonly inputs: EventLogDisk = new Map();
  readonly streams: EventLogDisk = new Map();
  readonly spool: EventLogDisk = new Map();
  readonly database = new AuditDisk();
  readonly snapshots: Snapshot[] = [];
  readonly registry = new MemoryRunRegistry();
  readonly clock = new ManualClock();
  control: ControlRecord = TRADING;

  async open(
    feed: Feed,
    change: Partial<LiveSettings> = {},
    power = new Power(),
  ): Promise<LiveProcess> {
    const audit = new MemoryAuditStore(this.database, power);
    const committed: Output[] = [];
    const live = await openLiveRun(
      {
        inputs: new MemoryEventLog(this.inputs, power),
        streams: new MemoryEventLog(this.streams, power),
        spool: new MemoryEventLog(this.spool, power),
        audit,
        snapshots: new MemorySnapshotStore(this.snapshots, power),
        registry: this.registry,
        clock: this.clock,
        hash: nodeHash,
        topics: { publish: () => undefined, subscribe: () => () => undefined },
        keys: { set: () => undefined, get: () => null, list: () => [] },
        control: () => this.control,
        feed,
        onCommitted: (fact) => committed.push(fact),
        database: () => ({ kind: 'external', where: 'memory', state: 'up' }),
        rssBytes: () => 0,
        cpuMs: () => 0,
      },
      { ...SETTINGS, ...change },
    );
    return { live, audit, committed };
  }
}

export interface LiveProcess {
  readonly live: LiveRun;
  readonly audit: MemoryAuditStore;
  readonly committed: Output[];
}

/** Sixteen quiet minutes and then a market that rises and falls by turns. */
export function busyTrades(count = 60): TradeObserved[] {
  const trades: TradeObserved[] = [];
  let tsMs = T0;
  for (let i = 0; i < 20; i += 1, tsMs += 50_000) {
    trades.push(observed({ price: (10_000 - (i % 2) * 0.1).toFixed(2), tsMs, tradeId: `${i}` }));
  }
  for (let i = 0; i < count; i += 1, tsMs += 400) {
    const price = (10_000 + (i % 5) * 2 - (i % 3)).toFixed(2);
    trades.push(observed({ price, tsMs, tradeId: `${100 + i}` }));
  }
  return trades;
}
