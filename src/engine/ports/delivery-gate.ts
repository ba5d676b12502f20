import type { GateCopy, Opening } from '../control/delivery-gate.js';
import type { Hash } from '../domain/hash.js';
import type { Ledger } from './ledger.js';

export interface GateClosing {
  readonly scope: string;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}

export interface ClosedFile {
  /** As it is shown to people. */
  readonly file: string;
  /** `unchanged`: it did not say that anything is open. */
  readonly outcome: 'closed' | 'unchanged' | 'absent' | 'failed';
  /** Of a failure, as an operator reads it. */
  readonly why: string;
}

/** The files in which people allow what must not happen by itself, and the record of it. */
export interface DeliveryGate {
  readonly hash: Hash;
  readonly ledger: Ledger;
  /** What every file says, and what of it is committed. Changes nothing, throws for no file. */
  copies(): Promise<readonly GateCopy[]>;
  /**
   * Writes the opening into every file; with one that failed nothing counts as open.
   * @throws OperatorError that names the file, which is then as it was
   */
  open(opening: Opening): Promise<void>;
  /** Takes every opening of the scope out of every file; one that fails keeps no other from it. */
  close(closing: GateClosing): Promise<readonly ClosedFile[]>;
}
