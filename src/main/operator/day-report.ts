import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createStateRoot,
  stateDirectory,
  type StateDirectory,
} from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { DayAddendum } from '../../commands/migrate/migrate-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import { dayOf, reportName } from '../../doctor/report/file-name.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';

export async function appendReport(
  options: ParsedOptions,
  io: CommandIo,
  report: DayAddendum,
): Promise<string> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  return appendToDay(state, report);
}

/**
 * Appends to the report of the day (UTC), whoever began it.
 * @returns its path
 * @throws DependencyError
 */
export function appendToDay(state: StateDirectory, { atMs, text }: DayAddendum): string {
  const path = join(state.reports, `${reportName(atMs)}.md`);
  return keepingReports(state, path, () => {
    const title = existsSync(path) ? '' : `# Daily shadow check ${dayOf(atMs)}\n`;
    appendFileSync(path, `${title}\n${text}`, { mode: 0o600, flush: true });
  });
}

/** @throws DependencyError for a place that takes no file */
export function keepingReports(state: StateDirectory, path: string, write: () => void): string {
  try {
    createStateRoot(state);
    makeDirectories(state.reports, 0o700);
    write();
    return path;
  } catch (fault) {
    throw new DependencyError(`the report ${path} cannot be written: ${wordsOf(fault)}`, {
      dependency: 'disk',
      retryable: false,
      cause: fault,
    });
  }
}
