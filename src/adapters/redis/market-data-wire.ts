import { wordsOf } from '../../engine/domain/words-of.js';
import type { Clock } from '../../engine/ports/clock.js';
import { DependencyError } from '../../operator-error.js';
import type { VenueTime } from '../live-feed/venue-time.js';
import type { OpenWire } from '../live-feed/wire.js';
import { openRedisLink, REDIS_LIMITS, untilAnswered, type RedisLink } from './redis-link.js';

const LINK_NAME = 'cdb-feed';

/**
 * One subscription a connection. A link comes back by itself, and nobody could tell what was published
 * meanwhile: here it ends with its first loss, and the plan opens the next one.
 */
export function topicWire(url: string, topic: string, clock: Clock): OpenWire {
  return (_symbols, listener) => {
    const link = openRedisLink(url, LINK_NAME);
    let hasEnded = false;
    const end = (): void => {
      hasEnded = true;
      link.close();
    };
    const lose = (why: string): void => {
      if (hasEnded) return;
      end();
      listener.closed(why);
    };
    link.onLost(lose);
    let isOpen = false;
    // The first message may come in front of the answer to the subscription.
    const open = (): void => {
      if (isOpen || hasEnded) return;
      isOpen = true;
      listener.opened();
    };
    const subscribe = async (): Promise<void> => {
      await untilAnswered(link, clock, REDIS_LIMITS.connectTimeoutMs);
      await link.listen([topic], (_channel, text) => {
        open();
        if (!hasEnded) listener.frame({ kind: 'text', text });
      });
      open();
    };
    subscribe().catch((fault: unknown) => {
      lose(wordsOf(fault));
    });
    return {
      send: (text) => {
        // No answer is no sign of life, and the plan ends what gives none for too long.
        link.call('watch the subscription', text).then(
          () => {
            listener.heard();
          },
          () => undefined,
        );
      },
      end,
    };
  };
}

/** The clock of the stack: it judged its own trades by it. Null when it can't be told in time. */
export async function askRedisTime(
  url: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<VenueTime | null> {
  const link = openRedisLink(url, LINK_NAME);
  const close = (): void => {
    link.close();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    await untilAnswered(link, clock, REDIS_LIMITS.connectTimeoutMs);
    const startedAtMs = clock.monotonicMs();
    const venueMs = await serverTime(link);
    const roundTripMs = Math.ceil(clock.monotonicMs() - startedAtMs);
    return venueMs === null ? null : { venueMs, roundTripMs };
  } catch (fault) {
    if (fault instanceof DependencyError) return null;
    throw fault;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** By INFO, since a user who may only look has no right to TIME. */
async function serverTime(link: RedisLink): Promise<number | null> {
  const info = await link.call('ask for the time', 'INFO', 'server');
  const micros = /^server_time_usec:(\d{16})\r?$/m.exec(String(info))?.[1];
  return micros === undefined ? null : Math.round(Number(micros) / 1_000);
}
