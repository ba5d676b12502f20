import { configFiles } from './config-files.js';
import type { ConfigFile, ConfigLocation } from './config-files.js';
import { environment } from './environment.js';
import type { Environment } from './environment.js';
import { isSecret, readSecrets, URL_VARIABLES } from './secrets.js';
import type { SecretUrls } from './secrets.js';

/** None of them says where a URL is found, or can make a configuration wrong. */
const HARMLESS = ['CDB_STATE_DIR', 'CDB_OUTPUT', ...Object.values(URL_VARIABLES)];

/**
 * The URLs where nothing but their own variables can name them. What a stop takes most of its time for
 * is to load the schema of a configuration that is not there.
 * @returns null where anything else has a say, or something is wrong: then `loadConfig` has to tell
 */
export function urlsOfVariables(location: ConfigLocation): SecretUrls | null {
  const { env, flags, configFile, envFile } = location;
  if (configFile !== undefined || envFile !== undefined) return null;
  if (flags.some(({ key }) => key !== 'stateDir')) return null;
  const variables = environment(env, undefined);
  const stateDir = flags[0]?.text ?? variables.get('CDB_STATE_DIR')?.text ?? '';
  if (isSecret({ key: 'stateDir', raw: stateDir })) return null;
  const names = [...variables.keys()].filter((name) => name.startsWith('CDB_'));
  if (names.some((name) => !HARMLESS.includes(name))) return null;
  if (filesOf(location, variables)?.length !== 0) return null;
  const { urls, faults } = readSecrets(DEFAULTS, variables);
  return faults.length === 0 ? urls : null;
}

const DEFAULTS = [
  { key: 'postgres.urlEnv', value: URL_VARIABLES.databaseUrl, origin: { kind: 'default' } },
  { key: 'redis.urlEnv', value: URL_VARIABLES.redisUrl, origin: { kind: 'default' } },
] as const;

function filesOf(
  location: ConfigLocation,
  variables: Environment,
): readonly ConfigFile[] | undefined {
  try {
    return configFiles(location, variables);
  } catch {
    return undefined;
  }
}
