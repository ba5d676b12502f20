import { join } from 'node:path';
import { ENGINE_LOG_NAME } from '../../adapters/files/log-file-names.js';
import { logFilesReader } from '../../adapters/files/log-files-reader.js';
import { refuseFileAsState, stateDirectory } from '../../adapters/files/state-directory.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { LogReader } from '../../engine/ports/log-reader.js';

export async function openLogReader(options: ParsedOptions, io: CommandIo): Promise<LogReader> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  refuseFileAsState(state);
  return logFilesReader(join(state.logs, ENGINE_LOG_NAME), systemClock());
}
