import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createStateRoot, stateDirectory } from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { DayReport } from '../../commands/migrate/migrate-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';

/** Appends to the report of the day (UTC), whoever began it. */
export async function appendReport(
  options: ParsedOptions,
  io: CommandIo,
  { atMs, text }: DayReport,
): Promise<string> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  const day = new Date(atMs).toISOString().slice(0, 10);
  const path = join(state.reports, `${day}_daily-shadow-check.md`);
  try {
    createStateRoot(state);
    makeDirectories(state.reports, 0o700);
    const title = existsSync(path) ? '' : `# Daily shadow check ${day}\n`;
    appendFileSync(path, `${title}\n${text}`, { mode: 0o600, flush: true });
    return path;
  } catch (fault) {
    throw new DependencyError(`the report ${path} cannot be written: ${wordsOf(fault)}`, {
      dependency: 'disk',
      retryable: false,
      cause: fault,
    });
  }
}
