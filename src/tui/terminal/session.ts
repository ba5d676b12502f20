import { KeyDecoder } from '../keys/decode-keys.js';
import type { TerminalInput } from '../keys/key-press.js';
import type { ScreenOutput } from './screen-writer.js';
import type { TerminalPort, TerminalSignal } from './terminal-port.js';

/** Why the screen was left without having been asked to. `gone`: its terminal is no more. */
export type EndCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'gone';

export interface SessionListener {
  onInput(input: TerminalInput): void;
  /** The screen may show anything, or has another size: all of it has to be drawn. */
  onRepaint(): void;
  /** The terminal is as it was before. Called once, and not after `leave`. */
  onEnd(cause: EndCause): void;
}

/** Alternate screen, no cursor, no wrapping, marks around pastes. */
export const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h\u001b[0m';
/** First ends whatever sequence was cut off in the middle. */
export const LEAVE =
  '\u001b\\\u001b[?2026l\u001b[0m\u001b[?2004l\u001b[?7h\u001b[?25h\u001b[?1049l';

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Where no shell takes the terminal back the system does not stop us, and nobody wakes us. */
const STOP_WAIT_MS = 200;

/** Has the terminal for itself from `open` to `leave`, and gives it back as it was, whatever happens. */
export class TerminalSession implements ScreenOutput {
  readonly #port: TerminalPort;
  readonly #listener: SessionListener;
  readonly #decoder: KeyDecoder;
  #state: 'new' | 'open' | 'suspended' | 'left' = 'new';
  #ends: (() => void)[] = [];
  #cancelWait: () => void = () => undefined;
  #ignoreStop: () => void = () => undefined;

  constructor(port: TerminalPort, listener: SessionListener) {
    this.#port = port;
    this.#listener = listener;
    this.#decoder = new KeyDecoder({
      onInput: (input) => {
        if (this.#state === 'open') listener.onInput(input);
      },
      after: port.after,
    });
  }

  open(): void {
    if (this.#state !== 'new') return;
    const port = this.#port;
    const on = (signal: TerminalSignal, listener: () => void) => port.onSignal(signal, listener);
    this.#ends = [
      port.onLastMoment(() => {
        this.leave();
      }),
      port.onGone(() => {
        this.#end('gone');
      }),
      ...END_SIGNALS.map((signal) =>
        on(signal, () => {
          this.#end(signal);
        }),
      ),
      on('SIGCONT', () => {
        this.#resume();
      }),
      on('SIGWINCH', () => {
        if (this.#state === 'open') this.#listener.onRepaint();
      }),
      port.onInput((bytes) => {
        this.#decoder.feed(bytes);
      }),
    ];
    this.#enter();
  }

  /** Gives the terminal to the shell until the shell gives it back. */
  suspend(): void {
    if (this.#state !== 'open') return;
    this.#state = 'suspended';
    this.#giveBack();
    this.#cancelWait = this.#port.after(STOP_WAIT_MS, () => {
      this.#resume();
    });
    // Whoever listens to the signal is not stopped by it.
    this.#ignoreStop();
    this.#port.stopJob();
  }

  /** Any number of times. */
  leave(): void {
    const before = this.#state;
    if (before === 'left') return;
    this.#state = 'left';
    this.#cancelWait();
    this.#ignoreStop();
    for (const end of this.#ends) end();
    if (before === 'open') this.#giveBack();
    this.#port.close();
  }

  /** Goes nowhere while the terminal is not ours. */
  write(text: string): boolean {
    return this.#state !== 'open' || this.#port.write(text);
  }

  onDrained(listener: () => void): () => void {
    return this.#port.onDrained(listener);
  }

  #enter(): void {
    this.#state = 'open';
    this.#ignoreStop();
    this.#ignoreStop = this.#port.onSignal('SIGTSTP', () => {
      this.suspend();
    });
    // First, because a job in the background is stopped here, before it draws on the shell's screen.
    this.#port.setRaw(true);
    this.#port.write(ENTER);
    this.#listener.onRepaint();
  }

  #giveBack(): void {
    this.#decoder.reset();
    this.#port.writeNow(LEAVE);
    this.#port.setRaw(false);
  }

  /** Also after a stop that could not be noticed: the shell has then used the screen. */
  #resume(): void {
    if (this.#state === 'new' || this.#state === 'left') return;
    this.#cancelWait();
    this.#enter();
  }

  #end(cause: EndCause): void {
    if (this.#state === 'left') return;
    this.leave();
    this.#listener.onEnd(cause);
  }
}
