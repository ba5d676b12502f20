import type { ParsedOptions } from './parsed-options.js';
import type { Services } from './services.js';

export type OutputFormat = 'text' | 'json' | 'jsonl';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Why the process was asked to end. `EPIPE`: whoever read our stdout has gone. `unwritable`: stdout
 * takes nothing any more (the disk of its file is full, its terminal is gone).
 */
export type StopCause = 'SIGINT' | 'SIGTERM' | 'EPIPE' | 'unwritable';

/** All that a command may touch of the process it runs in. Fakes implement it in tests. */
export interface CommandIo {
  /** Data. The text is written as it stands; callers end their lines. False: the pipe is full. */
  stdout(text: string): boolean;
  /** Everything that is not data. */
  stderr(text: string): boolean;
  /** Resolves when stdout accepts text again; commands that write much wait for it. */
  stdoutDrained(): Promise<void>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly stdoutIsTTY: boolean;
  readonly stdinIsTTY: boolean;
  /** A person sees stderr and can type on stdin. */
  readonly canAsk: boolean;
  /** As it is now. Of a stdout that is no terminal, or of one that does not say: 80 by 24. */
  terminalSize(): TerminalSize;
  /** Calls back whenever the size has changed, until the returned function is called. */
  onResize(listener: () => void): () => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly outputFormat: OutputFormat;
  /** Aborted when --timeout is over. The command then has a moment to say what was left. */
  readonly deadline: AbortSignal;
  nowMs(): number;
  /**
   * Takes over SIGINT and SIGTERM (and a stdout that is lost) until the returned function is called.
   * Without a listener the process ends at once. The listener is called for each signal, so a
   * second Ctrl-C can be told from the first.
   */
  onStop(listener: (cause: StopCause) => void): () => void;
}

/** What src/commands/**.ts files export; the exit status is the result. */
export interface CommandModule {
  run(options: ParsedOptions, io: CommandIo, services: Services): number | Promise<number>;
}
