import { get } from 'node:http';
import { wordsOf } from '../../engine/domain/words-of.js';

const PROBE_TIMEOUT_MS = 2_000;

/**
 * Asks the endpoint as a scraper does, but for the health, so that it is counted as no scrape. Any answer will do.
 * @returns why there is none, null when there is one. Never throws.
 */
export function probeMetrics({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<string | null> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const call = get(
      { host, port, path: '/healthz', agent: false, signal: timeout },
      (response) => {
        response.resume();
        resolve(null);
      },
    );
    call.on('error', (fault) => {
      resolve(timeout.aborted ? `no answer within ${PROBE_TIMEOUT_MS} ms` : wordsOf(fault));
    });
  });
}
