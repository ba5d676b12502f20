import type { TerminalPort } from '../../tui/terminal/terminal-port.js';
import { TerminalOutput } from './terminal-output.js';

/** What everybody assumes of a terminal that does not say how large it is. */
const SIZE = { columns: 80, rows: 24 } as const;

/** The terminal of this process. Stdin and stdout must be one. */
export function processTerminal(output: TerminalOutput = new TerminalOutput()): TerminalPort {
  const { stdin, stdout } = process;
  return {
    write: (text) => output.write(text),
    onDrained: (listener) => output.onDrained(listener),
    writeNow: (text) => {
      output.writeNow(text);
    },
    nowMs: () => performance.now(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    size: () => ({ columns: stdout.columns || SIZE.columns, rows: stdout.rows || SIZE.rows }),
    onInput: (listener) => {
      stdin.on('data', listener);
      return () => {
        stdin.off('data', listener).pause();
      };
    },
    onSignal: (signal, listener) => {
      const heard =
        signal === 'SIGCONT'
          ? () => {
              afterStop(listener);
            }
          : listener;
      process.on(signal, heard);
      return () => process.off(signal, heard);
    },
    onLastMoment: (listener) => {
      process
        .prependListener('uncaughtExceptionMonitor', listener)
        .prependListener('unhandledRejection', listener)
        .prependListener('exit', listener);
      return () => {
        process
          .off('uncaughtExceptionMonitor', listener)
          .off('unhandledRejection', listener)
          .off('exit', listener);
      };
    },
    onGone: (listener) => {
      output.onGone = listener;
      stdin.on('end', listener).on('error', listener);
      return () => {
        output.onGone = () => undefined;
        // A terminal that is gone says so once more when it is given back, which is no news.
        stdin.off('end', listener).off('error', listener).on('error', ignore);
      };
    },
    setRaw,
    stopJob: () => {
      // Of the whole group, as the terminal itself does it: a wrapper (npx) must stop too.
      process.kill(0, 'SIGTSTP');
    },
    close: () => {
      output.close();
    },
  };
}

/** While we were stopped, the shell was told of a new size, and we were not. */
function afterStop(listener: () => void): void {
  process.emit('SIGWINCH', 'SIGWINCH');
  listener();
}

function ignore(): void {
  // Nobody is left to be told.
}

/** Node does nothing where it believes to have set it already, but a shell may have come between. */
function setRaw(isRaw: boolean): void {
  try {
    if (isRaw) process.stdin.setRawMode(false);
    process.stdin.setRawMode(isRaw);
  } catch {
    // The terminal is gone; reading from it says so as well, and ends the program in good order.
  }
}
