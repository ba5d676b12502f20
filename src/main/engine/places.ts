import { join } from 'node:path';
import type { StateDirectory } from '../../adapters/files/state-directory.js';

/** One stream per run: what the fold has seen. */
export function inputsDirectory(state: StateDirectory): string {
  return join(state.journal, 'inputs');
}

/** What was published, under its wire names. */
export function streamsDirectory(state: StateDirectory): string {
  return join(state.journal, 'streams');
}
