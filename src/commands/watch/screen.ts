import type { CommandIo } from '../command-io.js';
import { END_OF_REDRAW, redraw } from './redraw.js';

/** Shows one text after the other: in place on a terminal, else as blocks with a blank between. */
export class Screen {
  readonly #io: CommandIo;
  readonly #inPlace: boolean;
  readonly #forgetResize: () => void;
  #lines = 0;
  #text: string | null = null;

  constructor(io: CommandIo) {
    this.#io = io;
    this.#inPlace = io.outputFormat === 'text' && io.stdoutIsTTY && io.env['TERM'] !== 'dumb';
    this.#forgetResize = io.onResize(() => {
      if (this.#inPlace && this.#text !== null) this.#draw(this.#text);
    });
  }

  /** That fit into a line, where lines are cut; null where text stays as it is. */
  get columns(): number | null {
    return this.#inPlace ? this.#io.terminalSize().columns - 1 : null;
  }

  /** Resolves once the reader has room for more. */
  async show(text: string): Promise<void> {
    const isFirst = this.#text === null;
    this.#text = text;
    const hasRoom = this.#inPlace
      ? this.#draw(text)
      : this.#io.stdout(isFirst || this.#io.outputFormat !== 'text' ? text : `\n${text}`);
    if (!hasRoom) await this.#io.stdoutDrained();
  }

  end(): void {
    this.#forgetResize();
    if (this.#inPlace) this.#io.stdout(END_OF_REDRAW);
  }

  #draw(text: string): boolean {
    const { bytes, lines } = redraw(text, this.#io.terminalSize(), this.#lines);
    this.#lines = lines;
    return this.#io.stdout(bytes);
  }
}
