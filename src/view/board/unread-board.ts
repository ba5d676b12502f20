import type { Board } from './board.js';
import type { Section, SectionSource } from './section.js';

/** Before anything was asked: nobody knows anything, which is neither "0" nor "none". */
export function unreadBoard(atMs: number, everyMs: number): Board {
  const unread = (source: SectionSource): Section<never> => {
    return { source, value: null, asOfMs: null, everyMs, down: null };
  };
  const links = (['engine', 'Redis', 'PostgreSQL'] as const).map((name) => {
    return { name, state: 'not asked', latencyMs: null, sinceMs: null, why: '' } as const;
  });
  return {
    ...{ atMs, where: '', isOwnEngine: true, links },
    control: unread('state directory'),
    figures: unread('engine'),
    streams: unread('engine'),
    blocks: unread('engine'),
    fills: unread('engine'),
    stages: unread('engine'),
    doctor: unread('doctor reports'),
    permissions: unread('state directory'),
    ledger: unread('state directory'),
    log: unread('engine log'),
    events: [],
  };
}
