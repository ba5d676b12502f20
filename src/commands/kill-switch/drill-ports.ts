import type { EngineOrder, OpenedEngine } from '../services.js';
import type { ReadableLog } from '../operator-ports.js';
import type { KillSwitchServices } from './kill-switch-ports.js';

/** What the second process did, on the clock of the host. */
export interface SecondProcess {
  /** Right before it was started. */
  readonly execMs: number;
  readonly endedMs: number;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place of its own for one drill: nothing in it is shared with any engine of the operator. */
export interface DrillPlace {
  /** Empty, and gone after `remove`. */
  readonly stateDir: string;
  /** Monotonic, of one origin for all processes of this host. */
  hostMs(): number;
  sleep(ms: number): Promise<void>;
  /** Runs `cdb kill-switch engage --cancel-open --json` on this place, as a process of its own. */
  engage(): Promise<SecondProcess>;
  /** Idempotent; ends a second process that still runs. */
  remove(): void;
}

export interface DrillServices extends KillSwitchServices {
  drillPlace(): Promise<DrillPlace>;
  /** Writes below `proofs` of a state directory. @returns its path and the SHA-256 of its JSON text */
  saveProof(
    stateDir: string,
    name: string,
    proof: unknown,
  ): Promise<{ readonly path: string; readonly sha256: string }>;
  hostFacts(): Promise<Readonly<Record<string, string | number>>>;
  openEngine(order: EngineOrder): Promise<OpenedEngine>;
  withStreamFiles<T>(stateDir: string, work: (log: ReadableLog) => Promise<T>): Promise<T | null>;
}
