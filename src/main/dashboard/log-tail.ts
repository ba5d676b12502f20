import { newestLines } from '../../commands/logs/history.js';
import { messageText } from '../../commands/logs/line-text.js';
import { LogFilter, type ShownLine } from '../../commands/logs/log-filter.js';
import { maskSecrets } from '../../config/mask.js';
import type { LogReader, RawLine } from '../../engine/ports/log-reader.js';
import type { LogRow } from '../../view/board/board.js';
import { boundedText, ROWS_MAX } from '../../view/board/bounded.js';
import type { SeenEvent } from '../../view/board/event-feed.js';
import { faultWords } from './fault-words.js';

interface TailListener {
  event(event: SeenEvent): void;
  /** What it read, or can't read, is another thing now. */
  changed(): void;
}

const AGAIN_MS = 2_000;
/** Between two batches at most so many lines are taken one by one. */
const LOUD = ['warn', 'error'];

/** The newest lines of the engine's log, newest first, while it is written. */
export class LogTail {
  readonly #reader: LogReader;
  readonly #nowMs: () => number;
  readonly #listener: TailListener;
  readonly #ended = new AbortController();
  #newestFirst: readonly LogRow[] | null = null;
  #seq = 0;
  down: { readonly sinceMs: number; readonly why: string } | null = null;

  constructor(reader: LogReader, nowMs: () => number, listener: TailListener) {
    this.#reader = reader;
    this.#nowMs = nowMs;
    this.#listener = listener;
  }

  /** Newest first; null before the log was looked for. */
  get rows(): readonly LogRow[] | null {
    return this.#newestFirst;
  }

  start(): void {
    void this.#run();
  }

  end(): void {
    this.#ended.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (fault) {
        this.down = { sinceMs: this.down?.sinceMs ?? this.#nowMs(), why: faultWords(fault) };
        this.#listener.changed();
        await pause(AGAIN_MS, signal);
      }
    }
    this.#reader.close();
  }

  async #read(signal: AbortSignal): Promise<void> {
    const found = await newestLines(this.#reader.files(), () => [], {
      ...{ count: ROWS_MAX, sinceMs: null, filter: everyLine, signal },
    });
    this.#newestFirst = [];
    this.down = null;
    this.#take(found);
    const filter = everyLine();
    for await (const batch of this.#reader.follow(signal)) {
      const lines: RawLine[] = [];
      for (const item of batch) {
        if (item.kind === 'line') lines.push(item.line);
        else this.#note(item.words);
      }
      this.#take(filter.take(lines));
    }
  }

  #take(lines: readonly ShownLine[]): void {
    const rows = lines.slice(-ROWS_MAX).map((shown) => this.#rowOf(shown));
    for (const { atMs, level, from, text } of rows) {
      if (!LOUD.includes(level)) continue;
      this.#listener.event({ atMs: atMs ?? this.#nowMs(), from, text, isBad: level === 'error' });
    }
    this.#newestFirst = [...rows.reverse(), ...(this.#newestFirst ?? [])].slice(0, ROWS_MAX);
    this.#listener.changed();
  }

  #rowOf({ line, stored }: ShownLine): LogRow {
    this.#seq += 1;
    if (line === null) {
      const raw = stored['unreadable'];
      const text =
        typeof raw === 'string' ? maskSecrets(raw) : 'a line that is too long, or no text';
      return { seq: this.#seq, atMs: null, level: 'unreadable', from: '', text: boundedText(text) };
    }
    const { atMs, level, area } = line;
    const text = boundedText(messageText(line));
    return { seq: this.#seq, atMs, level, from: boundedText(area), text };
  }

  #note(words: string): void {
    this.#listener.event({ atMs: this.#nowMs(), from: 'log', text: words, isBad: false });
  }
}

function everyLine(): LogFilter {
  return new LogFilter({ level: 'debug', sinceMs: null, grep: null });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
