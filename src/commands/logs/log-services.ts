import type { LogReader } from '../../engine/ports/log-reader.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

export interface LogServices {
  /** Needs no engine and no valid configuration, and starts nothing. */
  engineLog(options: ParsedOptions, io: CommandIo): Promise<LogReader>;
}
