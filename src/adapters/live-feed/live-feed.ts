import type { FeedInput } from '../../engine/domain/inputs.js';
import type { Feed } from '../../engine/ports/feed.js';
import { LiveSession, type LiveDepends, type LiveSource } from './live-session.js';

/**
 * A venue's public trade stream. Connects when it is read, keeps trying for as long as it is, and
 * never fails because the venue is away: `health` says how it is.
 */
export function liveFeed(source: LiveSource, deps: LiveDepends): Feed {
  const session = new LiveSession(source, deps);
  const { stream, symbols } = source;
  return {
    identity: `${stream.venue};symbols=${[...symbols].sort().join(',')}`,
    description: `${stream.venue} ${symbols.join(', ')}`,
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
