import type { SystemView } from '../system-view.js';

/** The services of the reference stack by the role that plays them here. */
const SERVICES_OF_ROLE = {
  ingest: ['ws'],
  pipeline: ['candles', 'regime', 'allocation', 'signal', 'risk', 'execution'],
  writer: ['db_writer'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Role = keyof typeof SERVICES_OF_ROLE;
const ROLES = Object.keys(SERVICES_OF_ROLE) as readonly Role[];
const ALIVE = ['running', 'draining'];

export const SERVICES_TOTAL = ROLES.flatMap((role) => [...SERVICES_OF_ROLE[role]]).length;

/**
 * Which of the eight services somebody plays now. One engine plays all; of a run that several share,
 * a part that nobody holds is not up, however many processes answer.
 */
export function servicesUp({ run, shared }: Pick<SystemView, 'run' | 'shared'>): {
  readonly up: readonly string[];
  readonly processes: number;
} {
  const isAlive = ALIVE.includes(run.phase);
  if (shared === null) {
    const up = isAlive ? ROLES.flatMap((role) => [...SERVICES_OF_ROLE[role]]) : [];
    return { up, processes: 1 };
  }
  const { engines, shards, shardCount } = shared;
  const isHeld = (holder: 'owner' | 'writer') =>
    shards.length === shardCount && shards.every((shard) => shard[holder] !== null);
  const isPlayed: Readonly<Record<Role, boolean>> = {
    ingest: engines.some(({ feeds }) => feeds),
    pipeline: isHeld('owner'),
    writer: isHeld('writer'),
  };
  const up = ROLES.flatMap((role) => (isPlayed[role] ? [...SERVICES_OF_ROLE[role]] : []));
  return { up, processes: engines.length };
}
