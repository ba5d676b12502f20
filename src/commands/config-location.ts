import type { ConfigLocation } from '../config/config-files.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';

export function configLocation(options: ParsedOptions, io: CommandIo): ConfigLocation {
  return {
    cwd: io.cwd,
    env: io.env,
    flags: options.configFlags,
    configFile: options.text('config'),
    envFile: options.text('envFile'),
  };
}
