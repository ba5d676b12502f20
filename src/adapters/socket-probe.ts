import { createConnection } from 'node:net';
import { errnoOf } from '../operator-error/errno.js';

const PROBE_TIMEOUT_MS = 1_000;

/**
 * Does somebody listen on this socket? False only when the system says so: whoever does not answer
 * in time is stopped or busy, and one that we may not ask may be there all the same.
 */
export function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const settle = (listens: boolean) => {
      clearTimeout(timer);
      probe.destroy();
      resolve(listens);
    };
    const timer = setTimeout(() => {
      settle(true);
    }, PROBE_TIMEOUT_MS);
    probe.once('connect', () => {
      settle(true);
    });
    probe.once('error', (fault) => {
      settle(!['ECONNREFUSED', 'ENOENT', 'ENOTDIR'].includes(errnoOf(fault)));
    });
  });
}
