/** The shard is not what whoever works on it knows; it starts again from what is kept. */
export class ShardLost extends Error {
  override readonly name = 'ShardLost';
}
