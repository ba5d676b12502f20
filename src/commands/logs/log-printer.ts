import type { CommandIo } from '../command-io.js';
import { orAborted } from '../follow/or-aborted.js';
import { envelope } from '../output/envelope.js';
import { Titles } from './line-text.js';
import type { ShownLine } from './log-filter.js';

/** Prints as fast as the reader takes it, and counts what could not be read. */
export class LogPrinter {
  shown = 0;
  unreadable = 0;
  readonly #io: CommandIo;
  readonly #signal: AbortSignal;
  readonly #titles = new Titles();

  /** @param signal aborted: whoever reads may have gone, so nothing is waited for */
  constructor(io: CommandIo, signal: AbortSignal) {
    this.#io = io;
    this.#signal = signal;
  }

  async print(lines: readonly ShownLine[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.map((line) => this.#form(line)).join('');
    if (!this.#io.stdout(text)) await orAborted(this.#io.stdoutDrained(), this.#signal);
  }

  #form({ text, line, stored }: ShownLine): string {
    this.shown += 1;
    if (line === null) this.unreadable += 1;
    if (this.#io.outputFormat !== 'text') {
      return `${envelope('logs', stored, this.#io.nowMs())}\n`;
    }
    const title = line === null ? null : this.#titles.next(line);
    return title === null ? `${text}\n` : `${title}\n${text}\n`;
  }
}
