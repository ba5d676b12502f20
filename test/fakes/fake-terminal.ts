import type { TerminalSize } from '../../src/commands/command-io.js';

/** What is on a terminal after bytes were written to it; as much of one as `cdb` makes use of. */
export class FakeTerminal {
  /** What has scrolled off the top, oldest first. */
  readonly scrolledAway: string[] = [];
  cursorShown = true;
  wraps = true;
  #size: TerminalSize;
  #rows: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(size: TerminalSize) {
    this.#size = size;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  /** Rows from the top down to the last one with text. */
  get screen(): readonly string[] {
    const last = this.#rows.findLastIndex((row) => row !== '');
    return this.#rows.slice(0, last + 1);
  }

  /** All that a person can scroll to. */
  get everything(): readonly string[] {
    return [...this.scrolledAway, ...this.screen];
  }

  write(text: string): void {
    const pattern = /\u001b\[(\??)(\d*)([A-Za-z])|[^\u001b]/gu;
    let taken = 0;
    for (const [all, isPrivate, digits = '', letter = ''] of text.matchAll(pattern)) {
      taken += all.length;
      if (letter === '') this.#put(all);
      else if (isPrivate === '?') this.#mode(Number(digits), letter === 'h');
      else this.#control(letter, digits === '' ? null : Number(digits));
    }
    if (taken !== text.length) throw new Error(`bytes that this terminal does not know: ${text}`);
  }

  /**
   * @param reflow true wraps lines that no longer fit; false cuts them off. The two kinds of
   * terminal that there are.
   */
  resize(size: TerminalSize, { reflow }: { readonly reflow: boolean }): void {
    const before = this.#rows.slice(0, this.#row);
    const rewrapped = before.flatMap((row) => (reflow ? wrapped(row, size.columns) : [row]));
    const here = this.#rows.slice(this.#row);
    this.#rows = [...rewrapped, ...here].map((row) => row.slice(0, size.columns));
    this.#row = rewrapped.length;
    this.#size = size;
    while (this.#row >= size.rows) this.#scroll();
    this.#rows.length = Math.min(this.#rows.length, size.rows);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') {
      this.#column = 0;
      this.#down();
    } else {
      if (this.#column >= this.#size.columns) {
        if (this.wraps) this.#put('\n');
        else this.#column = this.#size.columns - 1;
      }
      const row = this.#rows[this.#row] ?? '';
      const at = this.#column;
      this.#rows[this.#row] = row.slice(0, at).padEnd(at) + character + row.slice(at + 1);
      this.#column += 1;
    }
  }

  #down(): void {
    this.#row += 1;
    if (this.#row >= this.#size.rows) this.#scroll();
    this.#rows[this.#row] ??= '';
  }

  #scroll(): void {
    this.scrolledAway.push(this.#rows.shift() ?? '');
    this.#row -= 1;
  }

  #control(letter: string, count: number | null): void {
    const row = this.#rows[this.#row] ?? '';
    // Behind a full row the cursor still stands on its last character.
    const before = row.slice(0, Math.min(this.#column, this.#size.columns - 1));
    if (letter === 'A') this.#row = Math.max(0, this.#row - (count ?? 1));
    else if (letter === 'K' && count === null) this.#rows[this.#row] = before;
    else if (letter === 'J' && count === null) {
      this.#rows[this.#row] = before;
      this.#rows.length = this.#row + 1;
    } else throw new Error(`a control that this terminal does not know: ${letter}`);
  }

  #mode(mode: number, on: boolean): void {
    if (mode === 25) this.cursorShown = on;
    else if (mode === 7) this.wraps = on;
    else throw new Error(`a mode that this terminal does not know: ${mode}`);
  }
}

function wrapped(row: string, columns: number): readonly string[] {
  if (row.length <= columns) return [row];
  return [row.slice(0, columns), ...wrapped(row.slice(columns), columns)];
}
