import type { EngineStatus } from '../engine/ports/engine-status.js';
import { droppedTrades } from './dropped-trades.js';
import { feedNotes } from './feed-view.js';
import { countText } from './figure.js';

/** Fewer decisions than this say nothing about a pattern. */
const DECISIONS_MIN = 20;

/** Patterns that every single figure hides: all refused, one reason for everything. */
export function attentionNotes(status: EngineStatus): readonly string[] {
  const { allowed, blocked, blockedByCode, tradesRefused, trades, portfolio, feed } = status;
  const notes: string[] = [];
  if (allowed.count === 0 && blocked.count >= DECISIONS_MIN) {
    const codes = Object.keys(blockedByCode);
    const [only] = codes;
    const by = codes.length === 1 && only !== undefined ? ` by ${only}` : '';
    notes.push(
      `all ${countText(blocked.count)} signals were blocked${by}: ` +
        'this looks like configuration, not risk at work (cdb blocks)',
    );
  }
  const refused = droppedTrades(tradesRefused);
  if (refused > trades.count / 100 && refused > 0) {
    notes.push(`${countText(refused)} trades were refused at the door, over 1 % of what came in`);
  }
  if (feed.health !== null) notes.push(...feedNotes(feed.health));
  for (const [name, open] of Object.entries(portfolio.breakers)) {
    if (open) notes.push(`breaker ${name} is open: it stops orders`);
  }
  return notes;
}
