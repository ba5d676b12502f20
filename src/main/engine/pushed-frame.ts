import { enginePushText, type PushedStreams } from '../../view/board/engine-push.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import { streamViews } from '../../view/streams-json.js';
import type { ViewSource } from '../../view/view-source.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Clock } from '../../engine/ports/clock.js';

/** Listing looks at files or asks Redis: it costs more than all the rest. */
const LIST_EVERY_MS = 500;

/** What the engine pushes to whoever watches; a log that can't be listed keeps nothing else back. */
export function pushedFrame(
  source: Pick<ViewSource, 'seen'>,
  log: Pick<EventLog, 'list'>,
  clock: Clock,
): () => Promise<string> {
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let listed: PushedStreams | null = null;
  let listing: Promise<void> | null = null;
  const list = async (): Promise<void> => {
    const atMs = clock.nowMs();
    try {
      listed = { atMs, views: streamViews(await log.list()), why: '' };
    } catch (fault) {
      listed = { atMs, views: null, why: wordsOf(fault) };
    } finally {
      listing = null;
    }
  };
  return async () => {
    const nowMs = clock.monotonicMs();
    if (listing === null && nowMs - listedAtMs >= LIST_EVERY_MS) {
      listedAtMs = nowMs;
      listing = list();
    }
    // Only the first frame waits: a Redis that is slow must not hold up what the engine knows itself.
    if (listed === null) await listing;
    const { status, view } = source.seen();
    const none: PushedStreams = { atMs: clock.nowMs(), views: null, why: 'not listed yet' };
    return enginePushText(status, view, listed ?? none);
  };
}
