/** The shard is not what was known of it; whoever works on it begins again from what is kept. */
export class ShardLost extends Error {
  override readonly name = 'ShardLost';
}
