import { STOP_PROMISE_MS, STOP_STEP_MS } from '../../engine/control/stop-outcome.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { SharedPlaces } from '../../commands/kill-switch/kill-switch-ports.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { readEnvFile, type ConfigLocation } from '../../config/config-files.js';
import type { EnvFile } from '../../config/env-file.js';
import { environment } from '../../config/environment.js';
import type { Config } from '../../config/parse-config.js';
import { URL_VARIABLES, type SecretUrls } from '../../config/secrets.js';
import { urlsOfVariables } from '../../config/variable-urls.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { systemClock } from '../../adapters/system-clock.js';
import { DependencyError } from '../../operator-error.js';
import { boundedPlace } from './bounded-place.js';

/**
 * Redis and PostgreSQL as far as the configuration names them. A configuration that nobody accepts must
 * not keep a stop from any place: then the variables alone are looked at.
 */
export async function sharedPlaces(options: ParsedOptions, io: CommandIo): Promise<SharedPlaces> {
  const { urls, config, notes } = await secretUrls(options, io);
  const { redisUrl, databaseUrl } = urls;
  const opened = await Promise.all([
    redisUrl === undefined ? null : orBroken('Redis', () => redisPlace(redisUrl.url)),
    databaseUrl === undefined
      ? null
      : orBroken('PostgreSQL', () => postgresPlace(databaseUrl, config)),
  ]);
  const places = opened.filter((place) => place !== null);
  const clock = systemClock();
  return { places: places.map((place) => boundedPlace(place, STOP_PROMISE_MS, clock)), notes };
}

/** One that can't even be opened is a place all the same: what is said there, nobody can tell. */
async function orBroken(name: string, open: () => Promise<SharedPlace>): Promise<SharedPlace> {
  try {
    return await open();
  } catch (fault) {
    const broken = () =>
      Promise.reject(
        new DependencyError(`Cannot use ${name}: ${wordsOf(fault)}`, {
          dependency: name,
          retryable: false,
          cause: fault,
        }),
      );
    return { name, read: broken, change: broken, close: () => Promise.resolve() };
  }
}

interface NamedUrls {
  readonly urls: SecretUrls;
  /** Null: there is none, or none that can be read. */
  readonly config: Config | null;
  readonly notes: readonly string[];
}

/** Loads the schema of the configuration only where there is one. Never throws. */
async function secretUrls(options: ParsedOptions, io: CommandIo): Promise<NamedUrls> {
  const location = configLocation(options, io);
  try {
    const named = urlsOfVariables(location);
    if (named !== null) return { urls: named, config: null, notes: [] };
    const { commandConfig } = await import('../../commands/command-config.js');
    const config = commandConfig(options, io);
    return { urls: config, config, notes: [] };
  } catch (fault) {
    const why = `the configuration can't be read, so only variables name other places: ${wordsOf(fault)}`;
    return { urls: urlsOfNames(location), config: null, notes: [why] };
  }
}

/** Whatever is wrong with them, and whoever may read them: a stop is tried there all the same. */
function urlsOfNames(location: ConfigLocation): SecretUrls {
  const variables = environment(location.env, envFileOrNone(location));
  const names = ['databaseUrl', 'redisUrl'] as const;
  const given = names.flatMap((name) => {
    const variable = variables.get(URL_VARIABLES[name]);
    return variable === undefined
      ? []
      : [[name, { url: variable.text, origin: variable.origin }] as const];
  });
  return Object.fromEntries(given);
}

function envFileOrNone(location: ConfigLocation): EnvFile | undefined {
  try {
    return readEnvFile(location);
  } catch {
    return undefined;
  }
}

/** Loads its client only here: most stops need none. */
async function redisPlace(url: string): Promise<SharedPlace> {
  const [{ openRedisLink, untilAnswered }, { redisControlPlace }] = await Promise.all([
    import('../../adapters/redis/redis-link.js'),
    import('../../adapters/redis/redis-control-place.js'),
  ]);
  const limits = { connectTimeoutMs: STOP_STEP_MS, commandTimeoutMs: STOP_STEP_MS };
  const link = openRedisLink(url, 'kill switch of cdb', limits);
  const clock = systemClock();
  const place = redisControlPlace(link, clock);
  let answered: Promise<void> | null = null;
  const whenThere = async <T>(work: () => Promise<T>): Promise<T> => {
    await (answered ??= untilAnswered(link, clock, STOP_STEP_MS));
    return work();
  };
  return {
    ...place,
    read: () => whenThere(() => place.read()),
    change: (next) => whenThere(() => place.change(next)),
  };
}

/** @param config with the key of the chain; null: its rows are linked without one, which a check-up names */
async function postgresPlace(
  url: NonNullable<SecretUrls['databaseUrl']>,
  config: Config | null,
): Promise<SharedPlace> {
  const [{ openPgPool, PG_LIMITS }, { postgresControlPlace }, { targetOf }, key] =
    await Promise.all([
      import('../../adapters/postgres/pg-pool.js'),
      import('../../adapters/postgres/control-place.js'),
      import('../engine/external-database.js'),
      import('../audit-key.js'),
    ]);
  const pool = openPgPool(targetOf(url), 'kill switch of cdb', {
    ...PG_LIMITS,
    connectionsMax: 1,
    connectTimeoutMs: STOP_STEP_MS,
    statementTimeoutMs: STOP_STEP_MS,
    lockTimeoutMs: STOP_STEP_MS,
    callDeadlineMs: STOP_STEP_MS,
    idleMs: STOP_STEP_MS,
  });
  return postgresControlPlace(pool, config === null ? undefined : key.configuredChainHash(config));
}
