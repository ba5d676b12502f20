import { check, notExamined, type Check, type Judgement } from '../check.js';

export const SERVER_WINDOW_MS = 60_000;

/** A check of what the server says of itself: there is none where it does not answer. */
export function serverCheck(
  fields: Omit<
    Parameters<typeof check<'redisServer'>>[0],
    'group' | 'needs' | 'after' | 'windowMs'
  >,
): Check {
  return check({
    ...fields,
    group: 'redis',
    needs: ['redisServer'],
    after: ['redis.reach'],
    windowMs: SERVER_WINDOW_MS,
  });
}

/** What the user may not ask is one finding, `redis.rights`; the others say that they rest on it. */
export function unknown(what: string): Judgement {
  return notExamined(`the server does not tell this user ${what}`);
}
