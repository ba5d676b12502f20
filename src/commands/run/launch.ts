import { databasePlace, readDatabaseUrl } from '../../config/database-url.js';
import { CONFIG_KEYS } from '../../config/keys.js';
import type { Config } from '../../config/parse-config.js';
import type { EngineLaunch } from '../../engine/ports/engine-client.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

/** Set for an engine that `run --detach` or `restart` starts: no terminal belongs to it. */
export const DETACHED_ENV = 'CDB_DETACHED';

/** Of the parent that waits, not of the engine. */
const ONLY_OF_THE_PARENT = ['--detach', '--timeout'];

/** The variables that change what an engine does; those that hold secrets are not among them. */
export const LAUNCH_ENV: readonly string[] = [
  ...CONFIG_KEYS.map(({ env }) => env),
  'CDB_CONFIG',
  'CDB_OUTPUT',
];

/** How this engine was called, for its own child or for a restart. */
export function launchOf(
  options: ParsedOptions,
  io: CommandIo,
  config: Pick<Config, 'databaseUrl'>,
): EngineLaunch {
  const env = LAUNCH_ENV.flatMap((name) => {
    const value = io.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    words: without(options.words, ONLY_OF_THE_PARENT),
    cwd: io.cwd,
    env: Object.fromEntries(env),
    detached: io.env[DETACHED_ENV] === '1',
    ...placeOf(config),
  };
}

/** The URL is a secret and is not kept; a restart must find the same one all the same. */
export function placeOf({
  databaseUrl,
}: Pick<Config, 'databaseUrl'>): Pick<EngineLaunch, 'database'> {
  const read = databaseUrl === undefined ? undefined : readDatabaseUrl(databaseUrl.url);
  return read?.ok === true ? { database: databasePlace(read.address) } : {};
}

/** A restart goes on with the run: asked for a new one once, it is not asked for again. */
export function launchAgain(launch: EngineLaunch): EngineLaunch {
  return { ...launch, words: without(launch.words, ['--restart']) };
}

function without(words: readonly string[], flags: readonly string[]): readonly string[] {
  return words.filter((word) => !flags.includes(word.split('=')[0] ?? word));
}
