import { EXIT } from '../../operator-error.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { MigrationDatabase } from './migrate-ports.js';

export interface NothingPending {
  readonly exit: number;
  readonly words: string;
  /** Not as their contracts say. */
  readonly drifted: readonly string[];
}

/** That all is applied says nothing of what somebody did since: the tables are looked at. */
export async function nothingPending(
  database: Pick<MigrationDatabase, 'drifted'>,
  options: ParsedOptions,
): Promise<NothingPending> {
  const drifted = await database.drifted();
  if (drifted.length === 0) {
    return { exit: EXIT.OK, words: 'OK: nothing is pending', drifted };
  }
  const words = driftedWords(drifted) + atSamePlace(DRIFTED_TODO, options);
  return { exit: EXIT.FINDING, words, drifted };
}

/** Before the command that comes next. */
export function driftedWords(tables: readonly string[]): string {
  return `FAIL: nothing is pending, but not as their contracts say: ${tables.join(', ')}; next: `;
}

export const DRIFTED_TODO = 'cdb migrate verify';
