import { STREAM_LIST } from '../../engine/domain/wire/streams.js';
import type { SharedRun } from '../../engine/ports/engine-board.js';
import type { RedisLink } from './redis-link.js';
import { placeKeys } from './redis-fact-streams.js';
import { runKeys, shardKeys } from './shard-keys.js';

/** Removes what the processes of an ended run kept; the published streams stay. */
export async function forgetRun(
  link: RedisLink,
  run: Pick<SharedRun, 'runGroup' | 'shards'>,
  shardRunId: (shard: number) => string,
): Promise<void> {
  const shards = Array.from({ length: run.shards }, (_, shard) => shard);
  const places = STREAM_LIST.flatMap(({ name }) =>
    shards.flatMap((shard) => placeKeys(name, shardRunId(shard))),
  );
  const keys: readonly string[] = [
    ...shards.flatMap((shard) => {
      const { meta, inputs, facts } = shardKeys(run.runGroup, shard);
      return [meta, inputs, facts];
    }),
    ...runKeys(run.runGroup, run.shards),
    ...places,
  ];
  // One by one: on a cluster they are in different slots.
  for (const key of keys) await link.call('forget an ended run', 'UNLINK', key);
}
