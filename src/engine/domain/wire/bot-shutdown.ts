import type { BotStopped } from '../events.js';
import type { StreamMessage } from './stream-fields.js';
import { wholeSec } from './wire-value.js';

/** Entry of `stream.bot_shutdown` (domain.md 2.10). Without a strategy it stops every one. */
export function botShutdownMessage(stopped: BotStopped): StreamMessage<'botShutdown'> {
  return {
    ts: String(wholeSec(stopped.tsMs)),
    reason: stopped.reason,
    priority: 'SAFETY',
    strategy_id: stopped.strategyId,
  };
}
