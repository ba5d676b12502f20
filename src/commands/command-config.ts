import { loadConfig } from '../config/load-config.js';
import type { Config } from '../config/parse-config.js';
import { configLocation } from './config-location.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';

/**
 * The configuration of this call: its flags, the environment, the files, the defaults.
 * @throws OperatorError (exit 3) with every fault there is
 */
export function commandConfig(options: ParsedOptions, io: CommandIo): Config {
  return loadConfig(configLocation(options, io));
}
