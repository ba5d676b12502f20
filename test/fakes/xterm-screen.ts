import xterm from '@xterm/headless';
import type { ScreenSize } from '../../src/tui/line.js';
import type { ScreenOutput } from '../../src/tui/terminal/screen-writer.js';

/** A real terminal without a window: what is on it after bytes were written to it. */
export class XtermScreen implements ScreenOutput {
  /** All that was written, write by write. */
  readonly writes: string[] = [];
  /** False: it takes what it gets, and says that it wants no more until `drain`. */
  isReady = true;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #listeners = new Set<() => void>();

  constructor({ columns, rows }: ScreenSize) {
    const size = { cols: columns, rows, scrollback: 500 };
    this.#terminal = new xterm.Terminal({ ...size, allowProposedApi: true });
  }

  write(text: string): boolean {
    this.writes.push(text);
    this.#terminal.write(text);
    return this.isReady;
  }

  onDrained(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  drain(): void {
    this.isReady = true;
    for (const listener of this.#listeners) listener();
  }

  resize({ columns, rows }: ScreenSize): void {
    this.#terminal.resize(columns, rows);
  }

  /** Rows as they are seen, without blanks at their ends. */
  async rows(): Promise<readonly string[]> {
    await this.#flushed();
    const { cols, rows, buffer } = this.#terminal;
    return Array.from({ length: rows }, (_, row) => {
      const line = buffer.active.getLine(buffer.active.viewportY + row);
      return line?.translateToString(true, 0, cols).trimEnd() ?? '';
    });
  }

  /** What stands in one cell; both count from 0. */
  async cell(row: number, column: number): Promise<string> {
    await this.#flushed();
    const { active } = this.#terminal.buffer;
    return (
      active
        .getLine(active.viewportY + row)
        ?.getCell(column)
        ?.getChars() ?? ''
    );
  }

  /** Rows that have left the screen at its top. */
  async scrolledAway(): Promise<number> {
    await this.#flushed();
    return this.#terminal.buffer.active.baseY;
  }

  async isAlternate(): Promise<boolean> {
    await this.#flushed();
    return this.#terminal.buffer.active.type === 'alternate';
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.write('', resolve);
    });
  }
}
