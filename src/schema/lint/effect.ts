/** Table locks by what they stop, weakest first, with the word of PostgreSQL. */
export const LOCKS = {
  none: 'none on what exists',
  'share update exclusive': 'SHARE UPDATE EXCLUSIVE: reads and writes go on',
  'row exclusive': 'ROW EXCLUSIVE: reads and writes go on',
  share: 'SHARE: writes wait',
  'share row exclusive': 'SHARE ROW EXCLUSIVE: writes wait',
  'access exclusive': 'ACCESS EXCLUSIVE: reads and writes wait',
} as const;

export type Lock = keyof typeof LOCKS;

/** What is done with the rows that are there. */
export type Work = 'none' | 'scan' | 'rewrite' | 'rows';

export const HAZARDS = [
  'not judged',
  'transaction control',
  'concurrently in a transaction',
  'rewrites the table',
  'scans the table',
  'index blocks writes',
  'constraint not NOT VALID',
  'destroys rows',
  'breaks running code',
  'cascade',
] as const;

export interface Hazard {
  readonly rule: (typeof HAZARDS)[number];
  /** `FAIL`: it can't be applied like this. */
  readonly level: 'FAIL' | 'WARN';
  readonly words: string;
}

/** What one statement does, for somebody who has to say yes to it. */
export interface Effect {
  readonly words: string;
  readonly lock: Lock;
  readonly table: string | null;
  readonly work: Work;
  readonly hazards: readonly Hazard[];
}

export function effect(words: string, more: Partial<Effect> = {}): Effect {
  return { words, lock: 'none', table: null, work: 'none', hazards: [], ...more };
}

export function warn(rule: Hazard['rule'], words: string): Hazard {
  return { rule, level: 'WARN', words };
}

export function strongest(locks: readonly Lock[]): Lock {
  const order = Object.keys(LOCKS);
  return locks.reduce<Lock>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'none');
}

export function heaviest(works: readonly Work[]): Work {
  const order: readonly Work[] = ['none', 'rows', 'scan', 'rewrite'];
  return works.reduce<Work>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'none');
}
