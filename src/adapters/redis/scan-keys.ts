import { DependencyError } from '../../operator-error.js';
import type { RedisLink } from './redis-link.js';

const KEYS_PER_STEP = 1_000;
/** Two million keys; a database with more of them is none of a trading stack. */
const STEPS_MAX = 2_000;

/** Names of keys, each one once, in no order; never blocks the server for long. */
export async function* scanKeys(
  link: RedisLink,
  action: string,
  { prefix, type }: { readonly prefix: string; readonly type: string },
): AsyncGenerator<string> {
  const seen = new Set<string>();
  // The prefix as it stands, in a pattern of the server.
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
  let cursor = '0';
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const words = [cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_STEP, 'TYPE', type];
    const reply = await link.call(action, 'SCAN', ...words);
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw noScan(action);
    cursor = String(reply[0]);
    for (const key of reply[1].map(String)) {
      if (seen.has(key)) continue;
      seen.add(key);
      yield key;
    }
    if (cursor === '0') return;
  }
}

function noScan(action: string): DependencyError {
  return new DependencyError(`Cannot ${action}: the answer is none of SCAN`, {
    dependency: 'redis',
    retryable: false,
  });
}
