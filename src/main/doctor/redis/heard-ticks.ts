import type { RedisLink } from '../../../adapters/redis/redis-link.js';
import { nullWhere } from '../../../adapters/redis/redis-error.js';
import type { HeardMessage, HeardTicks } from '../../../doctor/redis/facts.js';
import type { Absent, Observed } from '../../../doctor/reading.js';
import { TOPICS } from '../../../engine/domain/wire/streams.js';
import type { Clock } from '../../../engine/ports/clock.js';

const LISTEN_MS = 450;
const MESSAGES_MAX = 200;
const CHARS_MAX = 4_000;

/** What is published on `market_data` for a moment; whoever may not listen has nothing to judge. */
export async function hearTicks(
  link: RedisLink,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Observed<HeardTicks> | Absent> {
  const messages: HeardMessage[] = [];
  let heard = 0;
  const listened = await link
    .listen([TOPICS.marketData], (_channel, text) => {
      heard += 1;
      if (messages.length >= MESSAGES_MAX) return;
      const receivedAtMs = clock.nowMs();
      messages.push({ text: text.slice(0, CHARS_MAX), chars: text.length, receivedAtMs });
    })
    .then(() => true)
    .catch(nullWhere('NOPERM'));
  if (listened === null) return { absent: `the user may not listen to ${TOPICS.marketData}` };
  await clock.sleep(LISTEN_MS, signal);
  const value = { listenedMs: LISTEN_MS, heard, messages: [...messages] };
  return { value, observedAtMs: clock.nowMs() };
}
