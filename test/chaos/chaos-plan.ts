import type { ChildOrder, Effect, KillPoint, Outage } from './kill-points.js';

/** What one round does to an engine before it is started once more and left alone. */
export type Attack =
  | { readonly kind: 'effect'; readonly point: KillPoint; readonly outage: Outage | null }
  | { readonly kind: 'engine at sequence'; readonly seq: number }
  | { readonly kind: 'engine at instant'; readonly afterMs: number }
  | { readonly kind: 'database at sequence'; readonly seq: number };

export interface Round {
  readonly number: number;
  /** Seed of the run; each round is a run of its own, because its seed is part of its identity. */
  readonly runSeed: number;
  readonly attacks: readonly Attack[];
  readonly shape: Pick<ChildOrder, 'batchInputsMax' | 'snapshotEveryInputs'>;
}

/** Inputs of the sample: trades, one configuration, one control record. */
const SAMPLE_INPUTS = 10_001;
const ATTACKS_MAX = 3;
/** Calls that an uninterrupted child of the smallest shape makes at least. */
const CALLS: Readonly<Record<Effect, number>> = {
  'registry.add': 1,
  'audit.startRun': 1,
  'inputs.append': 60,
  'inputs.sync': 20,
  'audit.commit': 14,
  'streams.append': 60,
  'snapshots.save': 4,
  'spool.append': 3,
  'spool.trim': 3,
  'registry.update': 2,
};

export type Random = (below: number) => number;

/** A small seeded generator (mulberry32): the same seed gives the same rounds on every machine. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export function chaosPlan(seed: number, rounds: number): readonly Round[] {
  const random = seeded(seed);
  const kinds = kindOrder(random);
  return Array.from({ length: rounds }, (_, i): Round => {
    const first = attackOf(kinds[i % kinds.length] ?? 'engine at sequence', random);
    const more = random(ATTACKS_MAX) === 0 ? [attackOf('engine at sequence', random)] : [];
    const again = random(ATTACKS_MAX) === 0 ? [effectAttack('audit.commit', random)] : [];
    return {
      number: i + 1,
      runSeed: 1_000 * (i + 1) + random(1_000),
      attacks: [first, ...again, ...more],
      shape: { batchInputsMax: 16 << random(4), snapshotEveryInputs: 500 + random(2_000) },
    };
  });
}

/** Every kind once in the first rounds, so that a short plan already covers much. */
function kindOrder(random: Random): readonly (Effect | Exclude<Attack['kind'], 'effect'>)[] {
  const start = random(2);
  const often: readonly (Effect | Exclude<Attack['kind'], 'effect'>)[] = [
    'audit.commit',
    'database at sequence',
    'streams.append',
    'engine at sequence',
    'spool.append',
    'snapshots.save',
    'inputs.append',
    'engine at instant',
    'registry.update',
    'inputs.sync',
    'spool.trim',
    'audit.commit',
    'registry.add',
    'audit.startRun',
  ];
  return start === 0 ? often : [...often.slice(0, 8).reverse(), ...often.slice(8)];
}

function attackOf(kind: Effect | Exclude<Attack['kind'], 'effect'>, random: Random): Attack {
  switch (kind) {
    case 'engine at sequence':
    case 'database at sequence':
      return { kind, seq: 1 + random(SAMPLE_INPUTS - 500) };
    case 'engine at instant':
      return { kind, afterMs: 50 + random(1_900) };
    default:
      return effectAttack(kind, random);
  }
}

function effectAttack(effect: Effect, random: Random): Attack {
  const when = random(2) === 0 ? 'before' : 'after';
  const isSpool = effect === 'spool.append' || effect === 'spool.trim';
  // The first trim clears what a former process left: only later ones follow a drained batch.
  const call = 1 + random(CALLS[effect]);
  const outage = isSpool
    ? { from: 2 + random(10), commits: 4 + random(4), answerLost: random(2) === 0 }
    : null;
  return { kind: 'effect', point: { effect, when, call }, outage };
}
