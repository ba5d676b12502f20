import type { FeedInput } from '../../engine/domain/inputs.js';
import type { Feed } from '../../engine/ports/feed.js';
import type { PlanLimits } from './connection-plan.js';
import { LiveSession, type LiveDepends, type LiveSource } from './live-session.js';
import { askVenueTime } from './venue-time.js';
import type { VenueStream } from './venue-stream.js';
import { webSocketWire } from './web-socket-wire.js';

export interface VenueSource {
  readonly stream: VenueStream;
  readonly symbols: readonly string[];
  readonly socketBaseUrl: string;
  /** Where the venue says its time. */
  readonly timeUrl: string;
  readonly limits: PlanLimits;
}

/** A venue's public trade stream. */
export function liveFeed(source: VenueSource, deps: LiveDepends): Feed {
  const { stream, symbols, socketBaseUrl: baseUrl, timeUrl, limits } = source;
  const { connectMs } = limits;
  return feedOf(
    {
      ...{ stream, symbols, limits },
      openWire: webSocketWire(stream, { baseUrl, connectMs }),
      askTime: (signal) => askVenueTime(timeUrl, deps.clock, signal),
    },
    deps,
    {
      identity: `${stream.venue};symbols=${[...symbols].sort().join(',')}`,
      description: `${stream.venue} ${symbols.join(', ')}`,
    },
  );
}

/**
 * Connects when it is read, keeps trying for as long as it is, and never fails because the other side
 * is away: `health` says how it is.
 */
export function feedOf(
  source: LiveSource,
  deps: LiveDepends,
  name: Pick<Feed, 'identity' | 'description'>,
): Feed {
  const session = new LiveSession(source, deps);
  return {
    ...name,
    finite: false,
    inputs: (_skip, signal) => inputsOf(session, signal),
    health: () => session.health(),
  };
}

async function* inputsOf(
  session: LiveSession,
  signal: AbortSignal,
): AsyncGenerator<readonly FeedInput[]> {
  if (signal.aborted) return;
  const stop = (): void => {
    session.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  session.start();
  try {
    for (;;) {
      await session.changed();
      const inputs = session.takeWaiting();
      if (inputs.length > 0) yield inputs;
      // What was received before the end is told behind it as well: the recording has it.
      else if (session.isStopped) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    session.stop();
  }
}
