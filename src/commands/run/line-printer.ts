import { plainText } from '../../view/plain-text.js';
import type { CommandIo } from '../command-io.js';

/**
 * Prints lines without ever waiting: a reader that does not keep up (a paused terminal, a slow
 * pipe) loses lines, which are counted and told, and never holds the engine back.
 */
export class LinePrinter {
  readonly #io: Pick<CommandIo, 'stdout' | 'stderr' | 'stdoutDrained'>;
  #full = false;
  #lost = 0;

  constructor(io: Pick<CommandIo, 'stdout' | 'stderr' | 'stdoutDrained'>) {
    this.#io = io;
  }

  print(text: string): void {
    if (this.#full) {
      this.#lost += 1;
      return;
    }
    this.#write(text);
  }

  /** From here on everything is printed, whether or not the reader keeps up. */
  flush(): void {
    this.#full = false;
    this.#tellLost();
  }

  #write(text: string): void {
    const safe = text.split('\n').map(plainText).join('\n');
    if (this.#io.stdout(`${safe}\n`)) return;
    this.#full = true;
    void this.#io.stdoutDrained().then(() => {
      this.#full = false;
      this.#tellLost();
    });
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#io.stderr(`notice: ${lost} lines not shown: the reader did not keep up\n`);
  }
}
