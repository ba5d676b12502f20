import { CodeHistory } from '../../view/board/blocks-board.js';
import { CounterHistory } from '../../view/board/counter-history.js';
import type { EnginePush } from '../../view/board/engine-push.js';
import { eraOf, FigureHistory, type FigureFacts } from '../../view/board/figure-board.js';
import { stackCounts } from '../../view/board/stack-counts.js';
import { StreamHistory } from '../../view/board/stream-rows.js';
import type { StreamView } from '../../view/streams-json.js';
import { stackSeen, type BoardFacts } from './board-facts.js';
import { boardLinks } from './board-links.js';

export const TICK_MS = 1_000;

/** What was seen over time, bounded. */
export class BoardHistories {
  readonly figures: FigureHistory;
  readonly streams: StreamHistory;
  readonly codes: CodeHistory;
  readonly cpu: CounterHistory;
  #streamsAtMs: number | null = null;

  constructor(intervalMs: number) {
    const everyMs = Math.max(TICK_MS, intervalMs);
    this.figures = new FigureHistory(everyMs);
    this.streams = new StreamHistory(everyMs);
    this.codes = new CodeHistory(everyMs);
    this.cpu = new CounterHistory(everyMs);
  }

  notePush(push: EnginePush, facts: BoardFacts): void {
    const { observedAtMs } = push.view;
    this.figures.note(figureFacts(facts));
    this.codes.note(observedAtMs, push);
    this.cpu.note(observedAtMs, push.counts.process_cpu_seconds_total, eraOf(push));
    this.#noteStreams(push.streams.atMs, push.streams.views, eraOf(push));
  }

  /** A second in which no engine said anything; what a stack says instead is noted. */
  noteSilence(facts: BoardFacts): void {
    const { link, nowMs, parts } = facts;
    this.codes.note(nowMs, null);
    this.cpu.note(nowMs, null);
    if (link.state !== 'absent') {
      this.streams.note(nowMs, null, '');
      return;
    }
    this.figures.note(figureFacts(facts));
    const stack = stackSeen(facts);
    const { asOfMs } = parts.redis;
    if (asOfMs !== null && stack !== null) this.#noteStreams(asOfMs, stack.streams, 'Redis');
  }

  /** They are listed less often than is pushed: the same list again is no look. */
  #noteStreams(atMs: number, views: readonly StreamView[] | null, era: string): void {
    if (atMs === this.#streamsAtMs) return;
    this.#streamsAtMs = atMs;
    this.streams.note(atMs, views, era);
  }
}

export function figureFacts(facts: BoardFacts): FigureFacts {
  const { link, parts, nowMs, push } = facts;
  const { redis, audit } = parts;
  const { postgres, redis: redisLink } = boardLinks(facts);
  const isAbsent = link.state === 'absent';
  const stack = redis.down === null ? stackSeen(facts) : null;
  const seen = audit.down === null && audit.value !== 'none' ? audit.value : null;
  return {
    push: isAbsent ? null : push,
    stack:
      stack === null || redis.asOfMs === null
        ? null
        : stackCounts(redis.asOfMs, stack.streams, seen?.fills.total ?? null),
    // What runs elsewhere on a stack is not to be seen from here.
    isAbsent: isAbsent && facts.stack === null,
    ...{ postgres, redis: redisLink, nowMs },
  };
}
