import { EXIT, OperatorError } from '../operator-error.js';

/** How long a command may take after the deadline to say what was left. */
const LAST_WORDS_MS = 2_000;

/** Runs `work` with a signal that --timeout aborts; what does not heed the signal is left behind. */
export async function withTimeout(
  timeoutMs: number | undefined,
  work: (deadline: AbortSignal) => Promise<number>,
  lastWordsMs = LAST_WORDS_MS,
): Promise<number> {
  const deadline = new AbortController();
  if (timeoutMs === undefined) return work(deadline.signal);
  const late = timeoutError(timeoutMs);
  const timers: NodeJS.Timeout[] = [];
  const givenUp = new Promise<never>((_, reject) => {
    timers.push(
      setTimeout(() => {
        deadline.abort(late);
      }, timeoutMs),
      setTimeout(() => {
        reject(late);
      }, timeoutMs + lastWordsMs),
    );
  });
  try {
    return await Promise.race([work(deadline.signal), givenUp]);
  } finally {
    timers.forEach(clearTimeout);
  }
}

function timeoutError(timeoutMs: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0003',
    what: `The work did not finish inside --timeout ${timeoutMs}ms`,
    why: 'it was told to stop and was left behind',
    todo: 'run it again with a longer --timeout; cdb status says what goes on',
    exit: EXIT.TIMEOUT,
  });
}
