/** The venues with a live feed, as `feed.source` names them; `feed.<venue>Url` is where it listens. */
export const LIVE_VENUES = ['mexc', 'binance'] as const;

export type LiveVenue = (typeof LIVE_VENUES)[number];

/** As `feed.source`: the topic of an existing stack, in the Redis that `redis.urlEnv` names. */
export const REDIS_FEED = 'redis';

export function isLiveVenue(name: string): name is LiveVenue {
  return LIVE_VENUES.some((venue) => venue === name);
}
