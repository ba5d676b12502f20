import type { EngineOrder } from '../../commands/services.js';
import { REDIS_FEED } from '../../config/live-venues.js';
import { ROLES, type Role } from '../../engine/ports/engine-board.js';
import { EXIT, OperatorError } from '../../operator-error.js';

/** The roles of this process; all of them when none is named. */
export function rolesOf({ config }: Pick<EngineOrder, 'config'>): readonly Role[] {
  const { roles } = config.run;
  const unknown = roles.filter((role) => !ROLES.some((known) => known === role));
  if (unknown.length > 0) {
    throw new OperatorError({
      code: 'CDB-E0101',
      what: `Cannot take the role "${unknown.join('", "')}"`,
      why: `the roles of a process are ${ROLES.join(', ')}`,
      todo: `give --roles ${ROLES.join(',')}, or some of them`,
      exit: EXIT.CONFIG,
    });
  }
  return roles.length === 0 ? ROLES : ROLES.filter((role) => roles.includes(role));
}

/** A database in the state directory is nobody else's: whoever shares a run must share one outside. */
export function refuseOwnDatabase(order: EngineOrder): void {
  const isAlone = rolesOf(order).length === ROLES.length;
  if (isAlone || order.config.databaseUrl !== undefined) return;
  throw new OperatorError({
    code: 'CDB-E0812',
    what: `Cannot take only the roles ${rolesOf(order).join(', ')} with an embedded database`,
    why: 'the other roles run in other processes, which cannot reach the database of this one',
    todo: 'set CDB_DATABASE_URL to a PostgreSQL that all of them reach, or leave --roles out',
    exit: EXIT.CONFIG,
  });
}

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
