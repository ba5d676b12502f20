import type { ScreenSize } from '../line.js';
import type { TimerPort } from './frame-pacer.js';
import type { ScreenOutput } from './screen-writer.js';

export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGTSTP' | 'SIGCONT' | 'SIGWINCH';

/** All of `process` that a screen needs. Functions that listen return the one that ends the calls. */
export interface TerminalPort extends ScreenOutput, TimerPort {
  /** As it is now. */
  size(): ScreenSize;
  /** Bytes as they are typed. */
  onInput(listener: (bytes: Uint8Array) => void): () => void;
  onSignal(signal: TerminalSignal, listener: () => void): () => void;
  /**
   * The last moment before the process ends or a fault is reported that nobody caught. What the
   * listener does must be done when it returns.
   */
  onLastMoment(listener: () => void): () => void;
  /** Nobody is there any more: the terminal takes nothing and gives nothing. */
  onGone(listener: () => void): () => void;
  /** True sets it anew, since a shell may have changed it meanwhile. Never throws. */
  setRaw(isRaw: boolean): void;
  /** In front of what waits, which is given up. Bounded; never throws. */
  writeNow(text: string): void;
  /** Stops this process and those that were started with it, as Ctrl-Z does in a shell. */
  stopJob(): void;
  close(): void;
}
