import { hostname } from 'node:os';
import type { StateDirectory } from '../adapters/files/state-directory.js';

/** Where a ledger lies, as anchors in the database name it. */
export function ledgerPlace({ ledger }: StateDirectory): string {
  return `${hostname()}:${ledger}`;
}
