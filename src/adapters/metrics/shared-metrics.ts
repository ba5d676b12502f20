import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { ShardStanding } from '../../engine/ports/shared-run-status.js';
import { FIGURE_STALE_MS } from '../../view/figure.js';
import { inputsWaiting, notWritten } from '../../view/shared-effects.js';
import { gauge, type MetricSpec } from './metric-spec.js';

/**
 * Of a run that several processes share; each of them says the same of all shards. Labels are the
 * number of the shard, of which a run has at most 64, and a role. An old look shows nothing.
 */
export const SHARED_METRICS: readonly MetricSpec[] = [
  gauge('cdb_engines', 'Processes that work on the run', ({ shared, observedAtMs }) => {
    const atMs = shared?.enginesAtMs ?? null;
    const isFresh = atMs !== null && observedAtMs - atMs <= FIGURE_STALE_MS;
    return shared === undefined || !isFresh ? null : shared.engines.length;
  }),
  gauge('cdb_shards_look_age_ms', 'Age of the last look at the shards', (status) => {
    const atMs = status.shared?.shardsAtMs ?? null;
    return atMs === null ? null : Math.max(0, status.observedAtMs - atMs);
  }),
  ofShards(
    ['cdb_shard_lag_ms', 'Age of the oldest input that is not on record; 0 when all are'],
    ({ unwrittenSinceMs }, { observedAtMs }) =>
      unwrittenSinceMs === null ? 0 : Math.max(0, observedAtMs - unwrittenSinceMs),
  ),
  ofShards(['cdb_shard_inputs_waiting', 'Inputs that are not folded'], inputsWaiting),
  ofShards(['cdb_shard_not_written', 'Folded inputs that are not on record'], notWritten),
  holders('cdb_shard_held', '1 while an engine holds the role for the shard', () => true),
  holders(
    'cdb_shard_held_here',
    '1 while this process holds the role for the shard',
    (engineId, { shared }) => engineId === shared?.engineId,
  ),
];

function ofShards(
  [name, help]: readonly [string, string],
  valueOf: (shard: ShardStanding, status: EngineStatus) => number,
): MetricSpec {
  return {
    ...{ name, help, type: 'gauge', labels: ['shard'] },
    read: (status) =>
      freshShards(status)
        .filter(({ head }) => head !== null)
        .map((shard) => {
          return { labels: { shard: String(shard.shard) }, value: valueOf(shard, status) };
        }),
  };
}

function holders(
  name: string,
  help: string,
  isCounted: (engineId: string, status: EngineStatus) => boolean,
): MetricSpec {
  return {
    ...{ name, help, type: 'gauge', labels: ['shard', 'role'] },
    read: (status) =>
      freshShards(status).flatMap(({ shard, owner, writer }) =>
        Object.entries({ pipeline: owner, writer }).map(([role, holder]) => ({
          labels: { shard: String(shard), role },
          value: holder !== null && isCounted(holder.engineId, status) ? 1 : 0,
        })),
      ),
  };
}

function freshShards({ shared, observedAtMs }: EngineStatus): readonly ShardStanding[] {
  const atMs = shared?.shardsAtMs ?? null;
  const isFresh = atMs !== null && observedAtMs - atMs <= FIGURE_STALE_MS;
  return isFresh ? (shared?.shards ?? []) : [];
}
