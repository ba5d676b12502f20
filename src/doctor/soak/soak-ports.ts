import type { SoakMember } from './restart-class.js';
import type { SoakEvidence, SoakIntent } from './soak-evidence.js';

/** What is to be recorded, as it was decided at the start. */
export interface SoakRun {
  readonly intent: SoakIntent;
  /** On a whole second, as lines of the log are. */
  readonly startedAtMs: number;
  readonly hours: number;
  /** The set that must not restart; null: whoever is there at the first look. */
  readonly members: readonly string[] | null;
}

export interface SoakDisk {
  readonly path: string;
  /** Null: it could not be told, which is not "enough". */
  readonly usedFraction: number | null;
}

export interface SoakLook {
  readonly members: readonly SoakMember[];
  readonly disks: readonly SoakDisk[];
}

/** Where the recorder looks. All of it rejects when it can't. */
export interface SoakSource {
  look(): Promise<SoakLook>;
  /** Rows by table; null where they can't be counted. */
  rows(): Promise<Readonly<Record<string, number | null>>>;
  /** What waits to be written; null where nobody knows. */
  waiting(): Promise<number | null>;
  /** Ends what it has opened. */
  close(): Promise<void>;
}

/** The evidence of one run on disk. What is written is durable when a call returns. */
export interface SoakFolder {
  readonly path: string;
  readonly run: SoakRun;
  evidence(): SoakEvidence;
  appendLine(line: string): void;
  appendSnapshot(line: string): void;
  appendRows(line: string): void;
  mark(marker: 'failed' | 'inconclusive', why: string): void;
  keepMembers(names: readonly string[]): void;
}
