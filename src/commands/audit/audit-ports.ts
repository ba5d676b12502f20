import type { ChainReader } from '../../engine/ports/chain-reader.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { ChainCheck } from '../../engine/verify-chain.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

export interface AuditPorts {
  /** The directory of the ledger, for people. */
  readonly ledgerPath: string;
  readonly ledger: Pick<Ledger, 'entries' | 'head'>;
  /** As anchors in the database name this ledger. */
  readonly place: string;
  readonly clock: Clock;
  /** @throws OperatorError (exit 3) for a configuration or a key that can't be read */
  check(): Pick<ChainCheck, 'hash' | 'hashOf'>;
  /**
   * Runs `work` against the database, which is started for that time where nobody else runs it.
   * Null when there is no database yet.
   * @throws DependencyError or OperatorError when it can't be had in time
   */
  withChains<T>(work: (reader: ChainReader) => Promise<T>): Promise<T | null>;
  /**
   * A new file with all of `texts`; one that is there is never changed.
   * @returns 'same' for a file that says the same already
   * @throws OperatorError (exit 6) for one that says something else
   */
  writeNew(
    path: string,
    texts: AsyncIterable<string> | Iterable<string>,
  ): Promise<'written' | 'same'>;
}

export interface AuditServices {
  audit(options: ParsedOptions, io: CommandIo): Promise<AuditPorts>;
}
