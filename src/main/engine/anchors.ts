import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { postgresAnchorStore } from '../../adapters/postgres/anchor-store.js';
import type { PgPool } from '../../adapters/postgres/pg-pool.js';
import { Anchoring, type AnchoringDeps } from '../../engine/anchoring.js';
import { ledgerPlace } from '../ledger-place.js';

/** Between the ledger of this state directory and the database of its engine. */
export function anchoringOf(
  state: StateDirectory,
  pool: PgPool,
  shell: Pick<AnchoringDeps, 'clock' | 'onNotice'>,
): Anchoring {
  return new Anchoring({
    store: postgresAnchorStore(pool),
    ledger: ledgerFiles(state.ledger),
    place: ledgerPlace(state),
    ...shell,
  });
}
