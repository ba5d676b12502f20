import { resolve } from 'node:path';
import { configError } from './config-error.js';
import { configFiles } from './config-files.js';
import type { ConfigLocation } from './config-files.js';
import { parseConfig } from './parse-config.js';
import type { Config } from './parse-config.js';

/**
 * Reads files and environment. `stateDir` comes back absolute.
 * @throws OperatorError (exit 3) with every fault there is
 */
export function loadConfig(location: ConfigLocation): Config {
  const { flags, env, cwd } = location;
  const parsed = parseConfig({ flags, env, files: configFiles(location) });
  if (!parsed.ok) throw configError(parsed.faults);
  return { ...parsed.config, stateDir: resolve(cwd, parsed.config.stateDir) };
}
