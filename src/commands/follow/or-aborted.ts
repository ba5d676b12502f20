/** The result of `work`, or null as soon as the signal aborts; what comes later is dropped. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  work.catch(() => undefined); // After the abort nobody waits for its failure.
  if (signal.aborted) return null;
  const settled = new AbortController();
  const aborted = new Promise<null>((resolve) => {
    const onAbort = () => {
      resolve(null);
    };
    signal.addEventListener('abort', onAbort, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}
