import { existsSync } from 'node:fs';
import { loadConfig } from '../../config/load-config.js';
import type { Config } from '../../config/parse-config.js';
import type { EngineHolder, EngineLaunch } from '../../engine/ports/engine-client.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { LAUNCH_ENV, launchAgain, placeOf } from '../run/launch.js';

/**
 * How the running engine is started again.
 * @param mayDetach an engine that runs in front may go to the background
 * @throws OperatorError while it still runs: it goes on as it is
 */
export function restartableLaunch(
  { launch, pid }: EngineHolder,
  mayDetach: boolean,
  io: CommandIo,
): EngineLaunch {
  if (launch === undefined) {
    throw notAgain(
      `it is not known how the engine (pid ${pid}) was started: what looks like a secret is not kept`,
      'cdb stop, then start it as it was started',
    );
  }
  if (!launch.detached && !mayDetach) {
    throw notAgain(
      `the engine (pid ${pid}) runs in front, in a terminal or under a supervisor, and only that can start it there again`,
      'stop and start it there; or cdb restart --detach, which brings it to the background',
    );
  }
  if (!existsSync(launch.cwd)) {
    throw notAgain(
      `the directory that it was started in is gone: "${launch.cwd}"`,
      'make the directory again; or cdb stop, then start it from another one',
    );
  }
  const config = configAgain(launch, io);
  refuseOtherDatabase(launch, placeOf(config).database);
  return launchAgain(launch);
}

/** A file that was broken since the start must not end an engine that runs well. */
function configAgain({ words, cwd, env }: EngineLaunch, io: CommandIo): Config {
  const others = Object.entries(io.env).filter(([name]) => !LAUNCH_ENV.includes(name));
  const fileOf = (flag: string) => words.find((word) => word.startsWith(flag))?.slice(flag.length);
  return loadConfig({
    cwd,
    env: { ...Object.fromEntries(others), ...env },
    flags: [],
    configFile: fileOf('--config='),
    envFile: fileOf('--env-from='),
  });
}

/** Its URL may come from the terminal of then: without it the engine would use other rows. */
function refuseOtherDatabase({ database }: EngineLaunch, now: string | undefined): void {
  if (database === now) return;
  const words = (place: string | undefined) => place ?? 'one of its own';
  throw notAgain(
    `it runs on the database ${words(database)}; started from here it would run on ${words(now)}`,
    'give the URL here as it was given there (CDB_DATABASE_URL, or postgres.urlFile in cdb.yaml)',
  );
}

function notAgain(why: string, todo: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0709',
    what: 'Cannot restart the engine; it goes on as it is',
    why,
    todo,
    exit: EXIT.REFUSED,
  });
}
