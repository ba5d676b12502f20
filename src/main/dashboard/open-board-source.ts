import type { CommandIo } from '../../commands/command-io.js';
import type { OperatorPorts, StackPort } from '../../commands/operator-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';
import type { LogReader } from '../../engine/ports/log-reader.js';
import {
  changes,
  EventFeed,
  watchedOf,
  type SeenEvent,
  type Watched,
} from '../../view/board/event-feed.js';
import { openLogReader } from '../operator/log-reader.js';
import { operatorPorts } from '../operator/operator-ports.js';
import { allParts, boardParts, type BoardParts } from './board-parts.js';
import type { BoardFacts } from './board-facts.js';
import { TICK_MS } from './board-histories.js';
import { BoardMemory } from './board-memory.js';
import { EngineLink } from './engine-link.js';
import { LogTail } from './log-tail.js';

/**
 * Everything that a board shows of one state directory, or of the stack that its configuration names.
 * Starts nothing and writes nothing; the first board is there at once, and fills as places answer.
 * @throws OperatorError for a state directory that can't be one
 */
export async function openBoardSource(
  options: ParsedOptions,
  io: CommandIo,
  { intervalMs }: { readonly intervalMs: number },
): Promise<BoardSource> {
  const other = options.forOther();
  const ports = await operatorPorts(other, io);
  const log = await openLogReader(other, io);
  return new LiveBoardSource({ ports, log, intervalMs, options: other, io });
}

interface SourceCall {
  readonly ports: OperatorPorts;
  readonly log: LogReader;
  readonly intervalMs: number;
  readonly options: ParsedOptions;
  readonly io: CommandIo;
}

class LiveBoardSource implements BoardSource {
  readonly #ports: OperatorPorts;
  readonly #memory: BoardMemory;
  readonly #link: EngineLink;
  readonly #log: LogTail;
  readonly #parts: BoardParts;
  readonly #events = new EventFeed();
  readonly #listeners = new Set<() => void>();
  readonly #tick: NodeJS.Timeout;
  #watched: Watched | null = null;
  #board: Board | null = null;
  #stackPort: StackPort | null | undefined;
  #isStackUnknown = false;
  #isClosed = false;

  constructor({ ports, log, intervalMs, options, io }: SourceCall) {
    this.#ports = ports;
    this.#memory = new BoardMemory(intervalMs);
    const changed = () => {
      this.#changed();
    };
    this.#link = new EngineLink(ports.process, ports.clock, {
      intervalMs,
      pushed: (push) => {
        this.#memory.note(push, { ...this.#facts(), push });
        changed();
      },
      changed: () => {
        this.#stateChanged();
      },
    });
    const event = (seen: SeenEvent) => {
      this.#events.add(seen);
    };
    this.#log = new LogTail(log, () => ports.clock.nowMs(), { event, changed });
    const standing = () => ({
      isUp: this.#link.state === 'up',
      isAbsent: this.#link.state === 'absent',
      hasStack: this.#stack() !== null,
      push: this.#memory.push,
    });
    this.#parts = boardParts({ options, io, ports, standing, onChange: changed });
    this.#tick = setInterval(() => {
      this.#onTick();
    }, TICK_MS);
    // Looks at files begin at once, and whoever opens this draws its first frame before them.
    setImmediate(() => {
      this.#start();
    });
  }

  #start(): void {
    if (this.#isClosed) return;
    this.#link.start();
    this.#log.start();
    for (const part of allParts(this.#parts)) part.start();
  }

  board(): Board {
    return (this.#board ??= this.#memory.board(this.#facts()));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  refresh(): void {
    this.#link.refresh();
    for (const part of allParts(this.#parts)) part.refresh();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#tick);
    this.#link.end();
    this.#log.end();
    for (const part of allParts(this.#parts)) part.end();
    this.#listeners.clear();
    return Promise.resolve();
  }

  #facts(): BoardFacts {
    return {
      ports: this.#ports,
      stack: this.#stack(),
      push: this.#memory.push,
      link: this.#link,
      log: this.#log,
      parts: this.#parts,
      events: this.#events.rows,
      nowMs: this.#ports.clock.nowMs(),
    };
  }

  /** A configuration that can't be read is read again when the next second begins, and not before. */
  #stack(): StackPort | null {
    if (this.#stackPort !== undefined) return this.#stackPort;
    try {
      this.#stackPort = this.#ports.stack();
    } catch {
      this.#stackPort = null; // The look at Redis fails too, and says why.
      this.#isStackUnknown = true;
    }
    return this.#stackPort;
  }

  /** Another source is asked from now on: not only when its turn comes. */
  #stateChanged(): void {
    if (this.#isClosed) return;
    const { audit, orders, redis, disk, lastRun, register } = this.#parts;
    for (const part of [audit, orders, redis, disk, lastRun, register]) part.refresh();
    this.#changed();
  }

  /** Ages and gaps grow although nobody says anything. */
  #onTick(): void {
    if (this.#isStackUnknown) this.#stackPort = undefined;
    this.#isStackUnknown = false;
    if (this.#link.state !== 'up') this.#memory.noteSilence(this.#facts());
    this.#changed();
  }

  #changed(): void {
    if (this.#isClosed) return;
    const board = this.#memory.board(this.#facts());
    const found = this.#watched === null ? [] : changes(this.#watched, board);
    for (const event of found) this.#events.add(event);
    this.#watched = knownBefore(this.#watched, watchedOf(board));
    this.#board = { ...board, events: this.#events.rows };
    for (const listener of this.#listeners) listener();
  }
}

/** What is not known for a moment is not forgotten: else a change across the gap would go unseen. */
function knownBefore(before: Watched | null, now: Watched): Watched {
  if (before === null) return now;
  return {
    level: now.level ?? before.level,
    mode: now.mode ?? before.mode,
    phase: now.phase ?? before.phase,
    word: now.word ?? before.word,
    doctor: now.doctor ?? before.doctor,
    gates: now.gates ?? before.gates,
    links: { ...before.links, ...now.links },
  };
}
