import { unreadPlace } from '../../engine/control/unread-place.js';
import { redisBoard, redisSharedRuns } from '../../adapters/redis/redis-board.js';
import { openRedisLink } from '../../adapters/redis/redis-link.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { SecretUrl } from '../../config/secrets.js';
import type { PlacedReading } from '../../engine/control/register.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import type { SharedStanding } from '../../engine/ports/shared-standing.js';
import { DependencyError } from '../../operator-error.js';
import { answered } from './redis-stack.js';
import { sharedPlaces } from './shared-places.js';

/** Asks, and writes nothing. @throws OperatorError where the Redis that holds the run does not answer */
export async function sharedStanding(
  options: ParsedOptions,
  io: CommandIo,
  redisUrl: SecretUrl | undefined,
): Promise<SharedStanding | null> {
  const { places } = await sharedPlaces(options, io);
  if (places.length === 0) return null;
  const [registers, standing] = await Promise.all([
    Promise.all(places.map(readAndClose)),
    redisUrl === undefined ? NO_RUN : runOn(redisUrl),
  ]);
  return { ...standing, registers: [...registers.flat(), ...standing.registers] };
}

const NO_RUN: SharedStanding = { run: null, engines: null, registers: [] };

async function readAndClose(place: SharedPlace): Promise<readonly PlacedReading[]> {
  try {
    return await place.read();
  } catch (fault) {
    return [unreadPlace(place.name, fault)];
  } finally {
    await place.close();
  }
}

async function runOn(secret: SecretUrl): Promise<SharedStanding> {
  const link = openRedisLink(secret.url, 'cdb-watch');
  try {
    await answered(link, secret);
    const run = await redisSharedRuns(link).current();
    if (run === null) return NO_RUN;
    // A user that can only look may run no script.
    const engines = await redisBoard(link, run.runGroup)
      .list()
      .catch(() => null);
    return { ...NO_RUN, run, engines };
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    return { ...NO_RUN, registers: [unreadPlace('run on Redis', fault)] };
  } finally {
    link.close();
  }
}
