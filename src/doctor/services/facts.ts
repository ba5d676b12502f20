import type { HeartbeatReading } from '../../engine/domain/heartbeat.js';
import type { WatchdogStanding } from '../../engine/ports/watchdog-standing.js';

export interface ServiceFacts {
  /** Members of the stack as the container runtime (or a record of it) has them. */
  readonly containers: readonly Container[];
  /** Answers of the configured HTTP endpoints, one for each service that is expected. */
  readonly services: readonly ServiceAnswer[];
  /** Our own engine as its files show it, asked or not. */
  readonly engineProcess: EngineProcessFacts;
}

export interface Container {
  readonly name: string;
  readonly state: 'running' | 'restarting' | 'paused' | 'exited' | 'created' | 'dead' | 'unknown';
  readonly health: 'healthy' | 'starting' | 'unhealthy' | null;
  /** Null where the record does not say; null is not 0. */
  readonly upMs: number | null;
  readonly restarts: number | null;
  readonly oomKilled: boolean | null;
  readonly cpuPercent: number | null;
  readonly memoryMib: number | null;
  readonly memoryLimitMib: number | null;
  readonly networks: readonly string[] | null;
  /** Of a process that ended. Absent: the record does not say; so with all that follow. */
  readonly exitCode?: number;
  readonly finishedAtMs?: number;
  /** Port of the host to port of the container. */
  readonly ports?: readonly { readonly host: number; readonly container: number }[];
  /** What the health check said last. */
  readonly healthSays?: string;
}

/** One sample of a scrape: `orders_blocked_total{reason="RC_002"} 14842`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What one service says at `/health`, `/status` and `/metrics`. Null: it has no such endpoint. */
export interface ServiceAnswer {
  readonly service: string;
  readonly url: string;
  /** Null when it answered; else why it did not. */
  readonly fault: string | null;
  readonly health: { readonly status: number; readonly body: unknown } | null;
  readonly status: { readonly status: number; readonly body: unknown } | null;
  readonly series: readonly Series[] | null;
  readonly observedAtMs: number;
  /** Endpoints that did not answer although another one did, with the reason. */
  readonly unread?: readonly string[];
  /** Which process has the port, where another than the service answers, or none does. */
  readonly listener?: string;
  /** By the time that its answers bear: its clock minus ours. */
  readonly clockOffsetMs?: number;
  readonly clockErrorMs?: number;
  /** A recorded scrape: nobody was asked. */
  readonly isRecorded?: boolean;
}

export interface EngineProcessFacts {
  /** Who holds the lock of the state directory and lives; null: nobody. */
  readonly holder: {
    readonly pid: number;
    readonly mode: string;
    readonly startedAtMs: number;
  } | null;
  readonly heartbeat: HeartbeatReading;
  readonly watchdog: WatchdogStanding;
}
