import type { ScreenSize } from '../line.js';
import type { RenderedRow } from './render-line.js';

/** Where frames go: a terminal that is being used by this program alone. */
export interface ScreenOutput {
  /** The text is taken in either case. False: no more until it is drained. */
  write(text: string): boolean;
  /** @returns the function that ends the calls */
  onDrained(listener: () => void): () => void;
}

export interface Frame {
  readonly size: ScreenSize;
  /** From the top. What is below them is empty, what does not fit is left out. */
  readonly rows: readonly RenderedRow[];
}

const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const CLEAR_TO_END = '\u001b[K';
const NOTHING: RenderedRow = { text: '', cells: 0 };

/**
 * Draws frames with what changed since the one before: one write each, every row at its place, so
 * that the terminal neither scrolls nor keeps anything of its scrollback from us.
 */
export class ScreenWriter {
  /** Never drawn, because the terminal took nothing while a newer one came. */
  droppedFrames = 0;
  readonly #output: ScreenOutput;
  readonly #stopListening: () => void;
  #drawn: Frame | null = null;
  #waiting: Frame | null = null;
  #isFull = false;

  constructor(output: ScreenOutput) {
    this.#output = output;
    this.#stopListening = output.onDrained(() => {
      this.#isFull = false;
      const newest = this.#waiting;
      this.#waiting = null;
      if (newest !== null) this.draw(newest);
    });
  }

  draw(frame: Frame): void {
    if (this.#isFull) {
      if (this.#waiting !== null) this.droppedFrames += 1;
      this.#waiting = frame;
      return;
    }
    const changes = changedRows(frame, this.#drawn);
    this.#drawn = frame;
    if (changes !== '') this.#isFull = !this.#output.write(BEGIN + changes + END);
  }

  /** The screen may show anything: it was resized, or somebody else wrote there. */
  forget(): void {
    this.#drawn = null;
  }

  close(): void {
    this.#stopListening();
    this.#waiting = null;
  }
}

function changedRows({ size, rows }: Frame, drawn: Frame | null): string {
  const isSameSize = drawn?.size.columns === size.columns && drawn.size.rows === size.rows;
  let changes = '';
  for (let at = 0; at < size.rows; at += 1) {
    const row = rows[at] ?? NOTHING;
    const before = isSameSize ? (drawn.rows[at] ?? NOTHING) : null;
    if (row.text === before?.text) continue;
    // Behind a full row the cursor stands on its last cell, which clearing would take away.
    const rest = row.cells < size.columns ? CLEAR_TO_END : '';
    changes += `\u001b[${at + 1};1H${row.text}${rest}`;
  }
  return changes;
}
