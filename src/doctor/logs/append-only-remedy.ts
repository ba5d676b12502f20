import type { Remedy } from '../check.js';

/** First a copy: what the repair cuts off is gone otherwise. */
export const APPEND_ONLY_REMEDY: Remedy = {
  does: 'first copy the whole data directory of Redis aside; only then cut the damaged tail off, and start Redis before its dependants, in order',
  command: 'docker cp cdb_redis:/data ./redis-data-copy',
  risk: 'cutting the tail loses the last writes; without the copy they are lost for good',
  gate: null,
  testsAfter: [
    'redis-check-aof --fix on the copy says how many bytes it would cut',
    'Redis is up and its restart count no longer grows',
    'every dependant is up, and its consumer group reads',
  ],
};
