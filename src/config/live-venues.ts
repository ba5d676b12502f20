/** The venues with a live feed, as `feed.source` names them; `feed.<venue>Url` is where it listens. */
export const LIVE_VENUES = ['mexc', 'binance'] as const;

export type LiveVenue = (typeof LIVE_VENUES)[number];

export function isLiveVenue(name: string): name is LiveVenue {
  return LIVE_VENUES.some((venue) => venue === name);
}
