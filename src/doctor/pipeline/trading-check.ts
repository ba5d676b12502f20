import { check, type Check } from '../check.js';
import { unknown, unread, type ReadPlace } from './verdicts.js';

type Fields = Parameters<typeof check<'trading'>>[0];

/**
 * A check of rows and entries: neither "well" nor "nothing to judge" is said of what could not be read.
 * @param reads the places that it draws from
 */
export function tradingCheck(reads: readonly ReadPlace[], fields: Fields): Check {
  return check<'trading'>({
    ...fields,
    looks: [...(fields.looks ?? []), 'postgres', 'redisServer'],
    examine: async (seen, context) => {
      const judgement = await fields.examine(seen, context);
      if (judgement.status !== 'OK' && judgement.status !== 'SKIP') return judgement;
      const lost = unread(seen.trading.value, context.readings, reads);
      return lost.length === 0 ? judgement : unknown(lost);
    },
  });
}
