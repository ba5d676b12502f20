import type { LinkRow } from '../../view/board/board.js';
import type { BoardFacts } from './board-facts.js';
import type { EngineLink } from './engine-link.js';

export interface Links {
  readonly engine: LinkRow;
  readonly redis: LinkRow;
  readonly postgres: LinkRow;
}

export function boardLinks(facts: BoardFacts): Links {
  return { engine: engineRow(facts), redis: redisRow(facts), postgres: postgresRow(facts) };
}

function engineRow({ link, ports, stack }: BoardFacts): LinkRow {
  const { sinceMs, latencyMs } = link;
  const row = { name: 'engine', latencyMs: null, sinceMs } as const;
  switch (link.state) {
    case 'unknown':
      return { ...row, state: 'not asked', why: '' };
    case 'up':
      return { ...row, state: 'up', latencyMs, why: '' };
    case 'silent':
      return { ...row, state: 'down', sinceMs: link.down?.sinceMs ?? sinceMs, why: whyOf(link) };
    case 'absent':
      return stack === null
        ? { ...row, state: 'down', why: `no engine holds ${ports.stateDir}` }
        : { ...row, state: 'not used', why: 'a stack is watched that runs elsewhere' };
  }
}

function whyOf({ down }: Pick<EngineLink, 'down'>): string {
  return down?.why ?? '';
}

function redisRow({ stack, parts }: BoardFacts): LinkRow {
  const row = { name: 'Redis', latencyMs: null, sinceMs: null, why: '' } as const;
  const { redis } = parts;
  if (redis.down !== null) return { ...row, state: 'down', ...redis.down };
  if (stack === null) return { ...row, state: 'not used' };
  if (redis.value === null) return { ...row, state: 'not asked' };
  return { ...row, state: 'up', latencyMs: redis.value.latencyMs };
}

/** An embedded one is known by its engine only: nobody else may start it for a look. */
function postgresRow({ ports, parts, link, push }: BoardFacts): LinkRow {
  const row = { name: 'PostgreSQL', latencyMs: null, sinceMs: null, why: '' } as const;
  if (ports.readsDirectly()) {
    const { audit } = parts;
    if (audit.down !== null) return { ...row, state: 'down', ...audit.down };
    if (audit.asOfMs === null) return { ...row, state: 'not asked' };
    const latencyMs = audit.value === null || audit.value === 'none' ? null : audit.value.latencyMs;
    return { ...row, state: 'up', latencyMs };
  }
  if (link.state !== 'up' || push === null) {
    return { ...row, state: 'not asked', why: 'it runs with its engine only' };
  }
  const { state } = push.database;
  if (state === 'up') return { ...row, state: 'up' };
  return { ...row, state: 'down', why: `the engine says: ${state}` };
}
