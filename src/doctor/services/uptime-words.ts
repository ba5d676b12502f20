import type { Container } from './facts.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  year: 365 * 86_400_000,
};

export type StatusWords = Pick<Container, 'state' | 'health' | 'upMs'> & {
  readonly exitCode?: number;
};

/**
 * What `docker ps` prints as status: `Up 22 hours (healthy)`, `Up About a minute (health: starting)`,
 * `Restarting (1) 3 seconds ago`, `Exited (137) 2 hours ago`.
 */
export function readStatusWords(text: string): StatusWords {
  const exit = /^(?:Exited|Restarting) \((\d+)\)/.exec(text)?.[1];
  const exitCode = exit === undefined ? {} : { exitCode: Number(exit) };
  return { state: stateOf(text), health: healthOf(text), upMs: upOf(text), ...exitCode };
}

function stateOf(text: string): Container['state'] {
  if (/^Up\b/.test(text)) return text.includes('(Paused)') ? 'paused' : 'running';
  const word = /^(Restarting|Exited|Created|Dead)\b/.exec(text)?.[1]?.toLowerCase();
  return readState(word ?? '');
}

export function readState(word: string): Container['state'] {
  switch (word.toLowerCase()) {
    case 'running':
    case 'restarting':
    case 'paused':
    case 'exited':
    case 'created':
    case 'dead':
      return word.toLowerCase() as Container['state'];
    default:
      return 'unknown';
  }
}

function healthOf(text: string): Container['health'] {
  return readHealth(/\((?:health: )?(healthy|starting|unhealthy)\)/.exec(text)?.[1] ?? '');
}

export function readHealth(word: string): Container['health'] {
  return word === 'healthy' || word === 'starting' || word === 'unhealthy' ? word : null;
}

/** Null where it does not run or the words are others. */
function upOf(text: string): number | null {
  const words = /^Up ([^(]+)/.exec(text)?.[1]?.trim();
  return words === undefined ? null : readUptime(words);
}

/** `13 seconds`, `About a minute`, `Less than a second`. Rounded down, as it is printed. */
export function readUptime(words: string): number | null {
  if (/^less than a second$/i.test(words)) return 0;
  const [, count = '', unit = ''] =
    /^(?:about )?(an?|\d+) (second|minute|hour|day|week|month|year)s?$/i.exec(words) ?? [];
  const unitMs = UNIT_MS[unit.toLowerCase()];
  if (unitMs === undefined) return null;
  return (/^an?$/i.test(count) ? 1 : Number(count)) * unitMs;
}
