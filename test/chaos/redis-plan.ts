import { seeded, type Random } from './chaos-plan.js';

/** Every role is a process of its own. */
export const ACTORS = ['ingest', 'pipeline-1', 'pipeline-2', 'writer-1', 'writer-2'] as const;
export type Actor = (typeof ACTORS)[number];

/** These reach Redis through a proxy of their own, the others directly. */
export const PROXIED = ['ingest', 'pipeline-1', 'writer-1'] as const satisfies readonly Actor[];
export type Proxied = (typeof PROXIED)[number];

export type RedisFault =
  | { readonly kind: 'kill'; readonly actor: Actor; readonly lastsMs: number }
  /** Longer than a lease: whoever is continued finds somebody else in its place. */
  | { readonly kind: 'pause'; readonly actor: Actor; readonly lastsMs: number }
  | { readonly kind: 'kill redis'; readonly lastsMs: number }
  | {
      readonly kind: 'stop database';
      readonly signal: 'SIGINT' | 'SIGKILL';
      readonly lastsMs: number;
    }
  | { readonly kind: 'cut'; readonly actor: Proxied; readonly lastsMs: number }
  | {
      readonly kind: 'delay';
      readonly actor: Proxied;
      readonly byMs: number;
      readonly lastsMs: number;
    }
  | {
      readonly kind: 'silent' | 'lose-answers';
      readonly actor: Proxied;
      readonly lastsMs: number;
    };

export interface RedisRound {
  readonly seed: number;
  readonly shards: 2 | 4;
  /** One after the other, the first while the feed flows. */
  readonly faults: readonly { readonly afterMs: number; readonly fault: RedisFault }[];
}

export const LEASE_MS = 1_500;
const FAULTS = 5;
const KINDS = [
  'kill',
  'pause',
  'kill redis',
  'lose-answers',
  'stop database',
  'silent',
  'kill',
  'cut',
  'delay',
] as const satisfies readonly RedisFault['kind'][];

/** The same seed gives the same round. Neighbouring seeds begin at other kinds of faults. */
export function redisRound(seed: number): RedisRound {
  const random = seeded(seed);
  return {
    seed,
    shards: random(2) === 0 ? 2 : 4,
    faults: Array.from({ length: FAULTS }, (_, i) => ({
      afterMs: 300 + random(1_500),
      fault: faultOf(KINDS[(seed * FAULTS + i) % KINDS.length] ?? 'kill', random),
    })),
  };
}

function faultOf(kind: RedisFault['kind'], random: Random): RedisFault {
  const actor = ACTORS[random(ACTORS.length)] ?? 'writer-1';
  const proxied = PROXIED[random(PROXIED.length)] ?? 'writer-1';
  switch (kind) {
    case 'kill':
      return { kind, actor, lastsMs: 100 + random(2_500) };
    case 'pause':
      return { kind, actor, lastsMs: LEASE_MS + 1_000 + random(2_000) };
    case 'kill redis':
      return { kind, lastsMs: 100 + random(3_000) };
    case 'stop database':
      return { kind, signal: random(2) === 0 ? 'SIGINT' : 'SIGKILL', lastsMs: 100 + random(3_000) };
    case 'cut':
      return { kind, actor: proxied, lastsMs: 0 };
    case 'delay':
      return { kind, actor: proxied, byMs: 20 + random(400), lastsMs: 1_000 + random(2_000) };
    default:
      return { kind, actor: proxied, lastsMs: 1_000 + random(3_500) };
  }
}
