import { resolve } from 'node:path';
import { configError } from './config-error.js';
import { configFiles, readEnvFile } from './config-files.js';
import type { ConfigLocation } from './config-files.js';
import { environment } from './environment.js';
import { parseConfig } from './parse-config.js';
import type { Config } from './parse-config.js';
import { readPrivateFile } from './private-file.js';

/**
 * Reads files and environment. `stateDir` comes back absolute.
 * @throws OperatorError (exit 3) with every fault there is
 */
export function loadConfig(location: ConfigLocation): Config {
  const { flags, env, cwd } = location;
  const envFile = readEnvFile(location);
  const parsed = parseConfig({
    flags,
    env,
    envFile,
    files: configFiles(location, environment(env, envFile)),
    readSecretFile: (path) => readPrivateFile(resolve(cwd, path)),
  });
  if (!parsed.ok) throw configError(parsed.faults);
  const { stateDir, audit } = parsed.config;
  const { hmacKeyFile } = audit;
  const key = hmacKeyFile === undefined ? {} : { hmacKeyFile: resolve(cwd, hmacKeyFile) };
  return { ...parsed.config, stateDir: resolve(cwd, stateDir), audit: { ...audit, ...key } };
}
