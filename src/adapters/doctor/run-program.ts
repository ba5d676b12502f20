import { execFile } from 'node:child_process';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';

export interface ProgramLimits {
  readonly timeoutMs: number;
  /** Of each of stdout and stderr. */
  readonly bytesMax: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends it earlier. */
  readonly signal: AbortSignal;
}

const SAID_CHARS_MAX = 300;

/**
 * What a program printed on stdout. It is killed when its time is over.
 * @throws DependencyError: it is missing, did not end in time, printed too much, or ended with a fault
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  { timeoutMs, bytesMax, env, signal }: ProgramLimits,
): Promise<string> {
  const options = {
    ...{ timeout: timeoutMs, maxBuffer: bytesMax, env, signal },
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  } as const;
  return new Promise((resolve, reject) => {
    execFile(program, words, options, (fault, stdout, stderr) => {
      if (fault === null) resolve(stdout);
      else reject(failed(`${program} ${words[0] ?? ''}`.trim(), fault, stderr, timeoutMs));
    });
  });
}

function failed(
  call: string,
  fault: Error & { readonly killed?: boolean },
  stderr: string,
  timeoutMs: number,
): DependencyError {
  const code = errnoOf(fault);
  const why =
    code === 'ENOENT'
      ? 'the program is not installed'
      : code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
        ? 'it prints more than is read'
        : fault.killed === true
          ? `it did not end in ${timeoutMs} ms`
          : stderr.trim().slice(0, SAID_CHARS_MAX) || fault.message;
  return new DependencyError(`${call}: ${why}`, {
    dependency: call,
    retryable: true,
    cause: fault,
  });
}
