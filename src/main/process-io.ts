import { maskSecrets } from '../config/mask.js';
import type { CommandIo, StopCause } from '../commands/command-io.js';
import { requestedFormat } from './output-format.js';

/** What everybody assumes of a terminal that does not say how large it is. */
const TERMINAL = { columns: 80, rows: 24 } as const;

/** @returns the only door between commands and `process` */
export function processIo(args: readonly string[], deadline: AbortSignal): CommandIo {
  const { stdin, stdout, stderr, env } = process;
  return {
    // It is still tried: there may be room again. Nobody is made to wait for that.
    stdout: (text) => stdout.write(text) || lostBy === 'unwritable',
    // Notices quote drivers and the system, and those quote URLs with passwords.
    stderr: (text) => stderr.write(maskSecrets(text)),
    stdoutDrained: () =>
      stdout.writableNeedDrain
        ? new Promise((resolve) => stdout.once('drain', resolve))
        : Promise.resolve(),
    stdin,
    stdoutIsTTY: stdout.isTTY,
    stdinIsTTY: stdin.isTTY,
    canAsk: stdin.isTTY && stderr.isTTY,
    terminalSize: () => ({
      columns: stdout.columns || TERMINAL.columns,
      rows: stdout.rows || TERMINAL.rows,
    }),
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
    env,
    cwd: workingDirectory(),
    outputFormat: requestedFormat(args, env),
    deadline,
    nowMs: () => Date.now(),
    onStop: listenForStop,
  };
}

/**
 * A shell may stand in a directory that was removed. What names absolute paths works there all the
 * same, the kill switch above all; a relative path then fails as a path that is not there.
 */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env['PWD'] ?? '/';
  }
}

/** Resolves when all that was written has left the process; pipes are asynchronous. */
export async function flushOutput(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write('', resolve));
  }
}

/**
 * Whoever reads our output may leave at any time (`| head`); that is no fault of ours. Neither is a
 * full disk behind `> file`, but what was to be printed is lost: that is told, and nothing that the
 * command does besides is given up for it.
 * @returns whether something was lost
 */
export function surviveLostOutput(endQuietly: () => void): () => boolean {
  lostBy = undefined;
  process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
    // Every later write fails the same way, the last flush too.
    if (lostBy !== undefined) return;
    const cause = fault.code === 'EPIPE' ? 'EPIPE' : 'unwritable';
    lostBy = cause;
    if (cause === 'unwritable') {
      process.stderr.write(`notice: what this prints is lost: ${maskSecrets(fault.message)}\n`);
    } else if (stopListeners.size === 0) {
      endQuietly();
    }
    for (const listener of stopListeners) listener(cause);
  });
  process.stderr.on('error', () => undefined);
  return () => lostBy === 'unwritable';
}

let lostBy: StopCause | undefined;

const stopListeners = new Set<(cause: StopCause) => void>();

function listenForStop(listener: (cause: StopCause) => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') listener(signal);
  };
  stopListeners.add(listener);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => {
    stopListeners.delete(listener);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
}
