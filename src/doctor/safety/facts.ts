import type { GateWarning } from '../../engine/control/delivery-gate-warnings.js';
import type { EffectiveMode } from '../../engine/control/effective-mode.js';
import type { PlacedReading } from '../../engine/control/register.js';
import type { WatchdogStanding } from '../../engine/ports/watchdog-standing.js';

export interface SafetyFacts {
  /** What each place of the control register says. */
  readonly register: readonly PlacedReading[];
  readonly drills: DrillProofs;
  readonly ledger: LedgerFacts;
  readonly deliveryGate: GateFacts;
  readonly watchdog: WatchFacts;
  readonly tradingMode: ModeFacts;
  readonly canary: CanaryFacts;
  readonly auditKey: AuditKey;
  /** Kill-switch files of a stack, one as each of its services sees it. */
  readonly killSwitchFiles: readonly KillSwitchFile[];
  /** What the services of that stack say over HTTP. */
  readonly killSwitchSaid: readonly KillSwitchSaid[];
}

/** Newest first, by the end of the drill. */
export interface DrillProofs {
  readonly proofs: readonly DrillProof[];
}

export interface DrillProof {
  readonly name: string;
  /** Null: the file can't be used, and `fault` says why. */
  readonly endedAtMs: number | null;
  readonly passed: boolean;
  /** Why it did not pass; empty where it did. */
  readonly why: string;
  readonly rounds: number;
  readonly ordersAfterStop: number;
  /** From the stop to the last order; null where nothing was measured. */
  readonly lastOrderMsMax: number | null;
  /** Of what was measured. */
  readonly sha256: string;
  readonly fault: string | null;
}

/** All that was decided here, walked from the first entry to the newest. */
export interface LedgerFacts {
  readonly entries: number;
  /** The first entry that does not hold, or can't be read. */
  readonly fault: string | null;
  /** Of the drills that it has on record, oldest first. */
  readonly drillSha256s: readonly string[];
  /** When heads of the audit chains were written into it last; null: never. */
  readonly anchoredAtMs: number | null;
  /** Since when the engine runs; null: none does. */
  readonly engineSinceMs: number | null;
  /** Anchors that the database knows, null where it was not asked, for the reason beside it. */
  readonly database: { readonly anchors: number; readonly newestAtMs: number | null } | null;
  readonly databaseWhy: string;
}

export interface GateFacts {
  /** Files that exist, as they are shown to people. */
  readonly files: readonly string[];
  readonly openScopes: readonly string[];
  readonly warnings: readonly GateWarning[];
}

export interface WatchFacts {
  readonly standing: WatchdogStanding;
  readonly isEngineRunning: boolean;
}

export interface ModeFacts {
  readonly effective: EffectiveMode;
  /** Whose flags these are. */
  readonly flagsOf: string;
  /** In which the engine decides; null: none answers. */
  readonly engineMode: string | null;
}

export interface CanaryFacts {
  readonly registerMode: string;
  /** Of the engine; null: it never saw one, or none answers. */
  readonly session: CanarySession | null;
  readonly isEngineRunning: boolean;
}

export interface CanarySession {
  readonly phase: string;
  readonly detail: string;
  readonly heldQty: string;
  readonly symbol: string;
  readonly ranMs: number;
  readonly durationMs: number;
}

export type AuditKey =
  | { readonly state: 'none' }
  | { readonly state: 'usable'; readonly path: string; readonly keyId: string }
  | { readonly state: 'unusable'; readonly path: string; readonly why: string };

export interface KillSwitchFile {
  readonly path: string;
  readonly text: string | null;
  /** Why there is no text. */
  readonly fault: string | null;
}

export interface KillSwitchSaid {
  readonly service: string;
  readonly url: string;
  /** Null: it does not say, and `fault` tells why. */
  readonly active: boolean | null;
  readonly fault: string | null;
}
