import type { EngineOrder } from '../../commands/services.js';
import { REDIS_FEED } from '../../config/live-venues.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { rolesOf } from './open-sharded-engine.js';

/** Whoever names roles believes in others that work on the same run; alone it would be a second one. */
export function refuseRolesAlone(order: EngineOrder): void {
  const { run, feed } = order.config;
  if (run.roles.length === 0) return;
  const isTopic = feed.source === REDIS_FEED;
  throw new OperatorError({
    code: 'CDB-E0814',
    what: `Cannot take the roles ${rolesOf(order).join(', ')} without a Redis that holds the run`,
    why: isTopic
      ? `with the feed "${REDIS_FEED}" nothing is written to the Redis, so no run is shared there`
      : 'no Redis is configured, so this process would begin a whole run of its own',
    todo: isTopic
      ? 'take another feed, or leave --roles out'
      : 'set CDB_REDIS_URL to the Redis that the processes share, or leave --roles out',
    exit: EXIT.CONFIG,
  });
}
