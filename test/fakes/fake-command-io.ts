import type { CommandIo, StopCause } from '../../src/commands/command-io.js';

export interface FakeCommandIo extends CommandIo {
  readonly out: string[];
  readonly err: string[];
  /** Acts like a signal. */
  stop(cause: StopCause): void;
}

/** A terminal in memory: no TTY, no environment, a clock that stands still. */
export function fakeCommandIo(overrides: Partial<CommandIo> = {}): FakeCommandIo {
  const out: string[] = [];
  const err: string[] = [];
  const listeners = new Set<(cause: StopCause) => void>();
  return {
    out,
    err,
    stop: (cause) => {
      for (const listener of listeners) listener(cause);
    },
    stdout: (text) => out.push(text) > 0,
    stderr: (text) => err.push(text) > 0,
    stdoutDrained: () => Promise.resolve(),
    stdin: (async function* () {})(),
    stdoutIsTTY: false,
    stdinIsTTY: false,
    canAsk: false,
    terminalSize: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => undefined,
    env: {},
    cwd: '/nowhere',
    outputFormat: 'text',
    deadline: new AbortController().signal,
    nowMs: () => Date.UTC(2026, 1, 9, 15, 30),
    onStop: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...overrides,
  };
}
