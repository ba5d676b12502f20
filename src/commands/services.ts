import type { FoundFlags } from '../config/mode-flags.js';
import type { Config } from '../config/parse-config.js';
import type { Level, Mode } from '../engine/domain/control.js';
import type { Output } from '../engine/domain/events.js';
import type { Hash } from '../engine/domain/hash.js';
import type { EngineLaunch } from '../engine/ports/engine-client.js';
import type { Feed } from '../engine/ports/feed.js';
import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { Recovered } from '../engine/recovery.js';
import type { EndReason } from '../engine/runner.js';
import type { AuditServices } from './audit/audit-ports.js';
import type { CanaryServices } from './canary/canary-ports.js';
import type { CommandTable } from './command-spec.js';
import type { DashboardServices } from './dashboard/dashboard-services.js';
import type { DoctorServices } from './doctor/doctor-ports.js';
import type { DriftServices } from './drift/drift-ports.js';
import type { GateServices } from './gate/gate-services.js';
import type { DrillServices } from './kill-switch/drill-ports.js';
import type { LogServices } from './logs/log-services.js';
import type { MigrateServices, ReportServices } from './migrate/migrate-ports.js';
import type { OperatorServices, ReadableLog } from './operator-ports.js';
import type { EvidenceServices } from './readiness/readiness-ports.js';
import type { DetachServices } from './run/detached-child.js';
import type { SoakServices } from './soak/soak-services.js';
import type { WatchdogServices } from './watchdog/watchdog-services.js';

/**
 * What commands may use of the world outside, made by the composition root on demand: a command
 * that needs no database never loads its client.
 */
export interface Services
  extends
    OperatorServices,
    WatchdogServices,
    DrillServices,
    CanaryServices,
    DetachServices,
    LogServices,
    MigrateServices,
    ReportServices,
    DriftServices,
    DashboardServices,
    DoctorServices,
    EvidenceServices,
    SoakServices,
    AuditServices,
    GateServices {
  readonly commandTable: CommandTable;
  /**
   * Replaces a file as a whole, or makes it; readers see the old text or the new.
   * @param mode permission bits, for instance 0o600
   */
  replaceFile(path: string, text: string, mode: number): Promise<void>;
  /** The published streams on disk, read only; null when there are none. Loads no database. */
  withStreamFiles<T>(stateDir: string, work: (log: ReadableLog) => Promise<T>): Promise<T | null>;
  hash(): Promise<Hash>;
  /** `sample` or the path of a trades file. */
  tradeFile(source: string, symbols: readonly string[]): Promise<Feed>;
  /** Everything that `cdb run` needs, opened step by step; what was opened is closed on failure. */
  openEngine(order: EngineOrder): Promise<OpenedEngine>;
}

export interface EngineOrder {
  readonly config: Config;
  readonly mode: Extract<Mode, 'shadow' | 'paper'>;
  /** Without them the register alone would say where orders go. */
  readonly flags: FoundFlags;
  readonly restart: boolean;
  /** File to write what a live feed receives to. */
  readonly record?: string;
  /** What `cdb restart` starts again. */
  readonly launch: EngineLaunch;
  /** Aborted: the preflight ends before its next step, with the signal's reason. */
  readonly signal: AbortSignal;
  /** One preflight step is done. */
  readonly onStep: (step: PreflightStep) => void;
  /** Each committed and published fact, in order. */
  readonly onCommitted: (fact: Output) => void;
  /** Something an operator should read; the engine goes on. */
  readonly onNotice: (text: string) => void;
}

export interface PreflightStep {
  readonly name: string;
  readonly words: string;
  readonly ms: number;
}

/** A run whose feed has ended, with everything drained. */
export interface FinishedRun {
  readonly runId: string;
  readonly mode: string;
  readonly feed: string;
  /** Null where nobody has kept it. */
  readonly endedAtMs: number | null;
}

export type OpenedEngine =
  | { readonly state: 'finished'; readonly run: FinishedRun }
  | { readonly state: 'ready'; readonly engine: EngineHandle };

export interface EngineHandle {
  readonly runId: string;
  readonly continued: boolean;
  /** Folds the feed to its end or to `stop`, and drains. */
  start(onRecovered: (recovered: Recovered | null) => void): Promise<EndReason>;
  stop(): void;
  status(): EngineStatus;
  /** True once nothing is decided under anything but this epoch and level, or a later epoch. */
  obeys(epoch: number, level: Level): boolean;
  /** Ends everything that was opened, in reverse; idempotent. What fails becomes a notice. */
  close(): Promise<void>;
}
