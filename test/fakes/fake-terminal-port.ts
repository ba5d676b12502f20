import type { TerminalPort, TerminalSignal } from '../../src/tui/terminal/terminal-port.js';
import { FakeTimer } from './fake-timer.js';

/** A terminal by its port: what was asked of it, in order, and what a test makes happen to it. */
export class FakeTerminalPort implements TerminalPort {
  readonly did: string[] = [];
  readonly timer = new FakeTimer();
  screenSize = { columns: 80, rows: 24 };
  isReady = true;
  readonly #listeners = new Map<string, Set<(bytes: Uint8Array) => void>>();

  nowMs = this.timer.nowMs;
  after = this.timer.after;
  size = () => this.screenSize;
  onInput = (listener: (bytes: Uint8Array) => void) => this.#on('input', listener);
  onSignal = (signal: TerminalSignal, listener: () => void) => this.#on(signal, listener);
  onLastMoment = (listener: () => void) => this.#on('last moment', listener);
  onGone = (listener: () => void) => this.#on('gone', listener);
  onDrained = (listener: () => void) => this.#on('drained', listener);

  write(text: string): boolean {
    this.did.push(text);
    return this.isReady;
  }

  writeNow(text: string): void {
    this.did.push(`now ${text}`);
  }

  setRaw(isRaw: boolean): void {
    this.did.push(isRaw ? 'raw' : 'cooked');
  }

  stopJob(): void {
    this.did.push(this.listens('SIGTSTP') ? 'stop unheeded' : 'stop');
  }

  close(): void {
    this.did.push('close');
  }

  listens(event: string): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  get listening(): readonly string[] {
    return [...this.#listeners.keys()].filter((event) => this.listens(event));
  }

  happen(event: TerminalSignal | 'last moment' | 'gone' | 'drained'): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(new Uint8Array());
  }

  type(text: string): void {
    for (const listener of this.#listeners.get('input') ?? []) listener(Buffer.from(text));
  }

  #on(event: string, listener: (bytes: Uint8Array) => void): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }
}
