import type { Board } from '../../view/board/board.js';
import type { EnginePush } from '../../view/board/engine-push.js';
import { NOT_STARTED_HERE } from '../../view/stack-effects.js';
import { AuditSections } from './audit-sections.js';
import { isWatching, stackSeen, type BoardFacts } from './board-facts.js';
import { BoardHistories } from './board-histories.js';
import { boardLinks } from './board-links.js';
import { EngineSections, sectionOf } from './engine-sections.js';

/** A report is old after 20 minutes and stale after 50. */
const REPORT_EVERY_MS = 600_000;
const LOG_EVERY_MS = 1_000;

/** What was seen over time, and the board of it. Cheap: what did not change is not made again. */
export class BoardMemory {
  readonly #histories: BoardHistories;
  readonly #engine: EngineSections;
  readonly #audit: AuditSections;
  push: EnginePush | null = null;

  constructor(intervalMs: number) {
    this.#histories = new BoardHistories(intervalMs);
    this.#engine = new EngineSections(this.#histories, intervalMs);
    this.#audit = new AuditSections(this.#histories);
  }

  /** @param facts with this push as the newest */
  note(push: EnginePush, facts: BoardFacts): void {
    this.push = push;
    this.#engine.noted(facts.nowMs);
    this.#histories.notePush(push, facts);
  }

  /** A second in which the engine said nothing. */
  noteSilence(facts: BoardFacts): void {
    this.#engine.noted(null);
    this.#histories.noteSilence(facts);
  }

  board(facts: BoardFacts): Board {
    const { ports, stack, events, nowMs, parts, log } = facts;
    const { engine, redis, postgres } = boardLinks(facts);
    const { value: report, down } = parts.doctor;
    return {
      atMs: nowMs,
      where: isWatching(facts) && stack !== null ? stack.where : ports.stateDir,
      isOwnEngine: stackSeen(facts)?.view.startedBy !== NOT_STARTED_HERE,
      links: [engine, redis, postgres],
      control: this.#engine.control(facts),
      figures: this.#engine.figures(facts),
      streams: this.#engine.streams(facts),
      blocks: this.#audit.blocks(facts),
      fills: this.#audit.fills(facts),
      stages: this.#engine.stages(facts),
      doctor: {
        ...{ source: 'doctor reports', value: report, down, everyMs: REPORT_EVERY_MS },
        asOfMs: report?.finishedAtMs ?? null,
      },
      permissions: this.#engine.permissions(facts),
      ledger: sectionOf('state directory', parts.ledger),
      log: {
        ...{ source: 'engine log', value: log.rows, down: log.down, everyMs: LOG_EVERY_MS },
        asOfMs: log.rows === null ? null : (log.down?.sinceMs ?? nowMs),
      },
      events,
    };
  }
}
