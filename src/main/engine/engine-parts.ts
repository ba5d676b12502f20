import { type StateDirectory } from '../../adapters/files/state-directory.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { BUILD } from '../../commands/build-info.js';
import type { EngineOrder, FinishedRun } from '../../commands/services.js';
import { canonicalFact } from '../../engine/domain/canonical-fact.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { LiveSettings } from '../../engine/live-run.js';
import { PAPER_VENUE } from '../../engine/control/effective-mode.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { Feed } from '../../engine/ports/feed.js';
import { type EngineRegister } from './control-register.js';
import { type EngineDatabase } from './database.js';
import { openFeed } from './open-feed.js';
import { type RunLog } from './run-log.js';
import { listenToDatabase, type NamedTrouble } from './shared-control.js';
import type { Preflight } from './preflight.js';

/** An input is some 200 bytes in its segment; the retention is counted in segments. */
const INPUT_BYTES = 200;

export interface Parts {
  readonly order: EngineOrder;
  readonly preflight: Preflight;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly state: StateDirectory;
  readonly register: EngineRegister;
  /** What the register says, and what the latch of this host alone says. */
  readonly control: () => ControlRecord;
  readonly own: () => ControlRecord;
}

export type Opened =
  | { readonly state: 'finished'; readonly run: FinishedRun }
  | {
      readonly state: 'ready';
      readonly live: EngineRun;
      readonly streams: EventLog;
      readonly database: EngineDatabase;
      /** Of the places of the register that others reach. */
      readonly troubles: readonly NamedTrouble[];
    };

export async function openOrderedFeed(
  order: EngineOrder,
  preflight: Preflight,
  clock: Clock,
): Promise<Feed> {
  const opened = await preflight.step(
    'feed',
    () => openFeed(order, clock),
    ({ words }) => words,
  );
  preflight.closeLater(() => opened.close());
  return opened.feed;
}

/** Only an external database is a place that others reach. */
export async function listenToExternal(
  { config }: EngineOrder,
  { pool }: EngineDatabase,
  register: EngineRegister,
  shell: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<readonly NamedTrouble[]> {
  if (config.databaseUrl === undefined) return [];
  const trouble = await shell.preflight.step(
    'control register',
    () => listenToDatabase(pool, register, shell),
    () => `the database too: level ${register.effective().record.level}`,
  );
  return [{ name: 'register of the database', trouble }];
}

export function liveSettings({ config, mode, restart }: EngineOrder): LiveSettings {
  const { journal, audit, thresholdValues, run } = config;
  return {
    mode,
    seed: run.seed,
    thresholds: thresholdValues,
    codeVersion: `${BUILD.version}+${BUILD.engineHash.slice(0, 12)}`,
    configHash: nodeHash.sha256Hex(canonicalFact(thresholdValues)),
    restart,
    pid: process.pid,
    venue: PAPER_VENUE,
    syncJournal: journal.fsync,
    committer: {
      waitingMax: 8,
      factsPerCommitMax: audit.batchRowsMax,
      spoolBytesMax: audit.spoolBytesMax,
      retryMsMin: 100,
      retryMsMax: 2_000,
    },
    batchInputsMax: 512,
    controlPollMs: 100,
    snapshotEveryInputs: 50_000,
    snapshotEveryMs: 30_000,
    journalKeepInputs: Math.floor(
      (journal.segmentBytesMax * journal.retentionSegmentsMax) / INPUT_BYTES,
    ),
  };
}
