import { boundedGet, type GetAnswer } from '../../adapters/bounded-get.js';
import { lockedEngine } from '../../adapters/files/engine-lock.js';
import { belowBaseUrl } from '../../adapters/live-feed/below-base-url.js';
import { serverTimeOf } from '../../adapters/live-feed/venue-time.js';
import { isLiveVenue, type LiveVenue } from '../../config/live-venues.js';
import type { Config } from '../../config/parse-config.js';
import type { Probes } from '../../doctor/facts.js';
import type { Absent, Observed } from '../../doctor/reading.js';
import type { VenueFacts, VenueTime } from '../../doctor/venue/facts.js';
import type { EngineHolder } from '../../engine/ports/engine-client.js';
import { DependencyError } from '../../operator-error.js';
import { configured, type DoctorPlace } from './doctor-place.js';

const BYTES_MAX = 64 * 1_024;
const TIME_PATH = '/api/v3/time';
const SHARE_OF_TIME = 0.8;
/** As the launch of an engine keeps it. */
const FEED_FLAG = '--feed=';
const WEIGHT_HEADER = 'x-mbx-used-weight-1m';

export function venueProbes(place: DoctorPlace): Probes<VenueFacts> {
  return { venue: configured(place, (config) => venueProbe(place, config)) };
}

function venueProbe(place: DoctorPlace, config: Config): Probes<VenueFacts>['venue'] {
  const engine = lockedEngine(place.state.engineLock).holder();
  const source = feedOf(engine) ?? config.feed.source;
  const url = isLiveVenue(source) ? belowBaseUrl(restUrl(config, source), TIME_PATH) : source;
  return {
    source: url,
    read: async (signal): Promise<Observed<VenueTime> | Absent> => {
      if (!isLiveVenue(source))
        return { absent: `the feed is "${source}", which is no live venue` };
      if (place.isOffline) return { absent: '--offline asks no venue' };
      if (engine === null && !isChosen(config)) {
        return { absent: 'no engine runs here, and no configuration names a venue' };
      }
      const timeoutMs = Math.round(config.doctor.checkMs * SHARE_OF_TIME);
      const startMs = place.clock.monotonicMs();
      const answer = await boundedGet(url, { timeoutMs, bytesMax: BYTES_MAX, signal });
      const roundTripMs = Math.ceil(place.clock.monotonicMs() - startMs);
      const observedAtMs = place.clock.nowMs();
      return { value: timeOf(answer, url, source, { roundTripMs, observedAtMs }), observedAtMs };
    },
  };
}

function restUrl({ feed }: Config, venue: LiveVenue): string {
  return venue === 'mexc' ? feed.mexcRestUrl : feed.binanceRestUrl;
}

/** The default alone is nobody's wish to ask a venue. */
function isChosen({ effective }: Config): boolean {
  return effective.find(({ key }) => key === 'feed.source')?.origin.kind !== 'default';
}

/** What the engine that runs was started with, which this call need not know. */
function feedOf(engine: EngineHolder | null): string | null {
  const { words = [], env = {} } = engine?.launch ?? {};
  const flag = words.find((word) => word.startsWith(FEED_FLAG));
  return flag?.slice(FEED_FLAG.length) ?? env['CDB_FEED_SOURCE'] ?? null;
}

function timeOf(
  { status, text, headers }: GetAnswer,
  url: string,
  name: LiveVenue,
  { roundTripMs, observedAtMs }: { readonly roundTripMs: number; readonly observedAtMs: number },
): VenueTime {
  const venueMs = status === 200 ? serverTimeOf(text) : null;
  if (venueMs === null) throw refused(url, status, headers.get('retry-after'));
  const weight = Number(headers.get(WEIGHT_HEADER) ?? Number.NaN);
  return {
    name,
    roundTripMs,
    clockOffsetMs: Math.round(venueMs - (observedAtMs - roundTripMs / 2)),
    clockErrorMs: Math.ceil(roundTripMs / 2),
    ...(Number.isFinite(weight) && { usedWeight: weight }),
  };
}

/** 429 asks for patience, 418 is the ban that follows, 403 the wall in front of the venue. */
function refused(url: string, status: number, retryAfter: string | null): DependencyError {
  const words: Readonly<Record<number, string>> = {
    403: 'its firewall refuses this address',
    418: 'it has banned this address',
    429: 'it asks us to wait',
  };
  const wait = retryAfter === null ? '' : `, for ${retryAfter} s`;
  const why =
    words[status] ?? (status === 200 ? 'its answer is no time' : 'it does not say its time');
  return new DependencyError(`GET ${url}: ${why}${wait} (${status})`, {
    ...{ dependency: 'venue', retryable: true },
  });
}
