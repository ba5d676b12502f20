import { integerBetween, pick, seededRandom, type Random } from '../venue/seeded-random.js';
import type { FaultOrder } from './fault-board.js';
import { FAULTS, type Fault, type FaultKind, type ForeignContent } from './faults.js';

/** Random faults, the same for the same plan; everything about them is bounded. */
export interface FaultPlan {
  readonly seed: number;
  /** Default: every kind that concerns the stream. */
  readonly kinds?: readonly FaultKind[];
  /** Mean distance of two faults in elapsed ms (default 2,000); each is 0.5 to 1.5 of it. */
  readonly everyMs?: number;
  /** Bounds of how long a lasting fault lasts; default 200 to 3,000. */
  readonly lastsMs?: readonly [number, number];
  /** Default 50. */
  readonly faultsMax?: number;
  /** No fault before; default 0. */
  readonly fromMs?: number;
}

export interface PlannedFault extends FaultOrder {
  /** Elapsed ms of the venue. */
  readonly atMs: number;
}

const KINDS = Object.keys(FAULTS) as readonly FaultKind[];

export const REST_FAULTS: readonly FaultKind[] = [
  'rest-status',
  'rest-slow',
  'rest-silent',
  'rest-error',
  'rest-lost',
];
export const STREAM_FAULTS = KINDS.filter((kind) => !REST_FAULTS.includes(kind));

const FOREIGN: readonly ForeignContent[] = [
  'random-bytes',
  'other-message',
  'gzip',
  'empty',
  'invalid-listen-key',
  'invalid-json',
];

export function planFaults(plan: FaultPlan): readonly PlannedFault[] {
  const { kinds = STREAM_FAULTS, everyMs = 2000, lastsMs = [200, 3000] } = plan;
  const random = seededRandom(plan.seed);
  let atMs = plan.fromMs ?? 0;
  return Array.from({ length: plan.faultsMax ?? 50 }, () => {
    atMs += everyMs * (0.5 + random());
    const fault = drawFault(pick(random, kinds), random);
    const { lasts, scope } = FAULTS[fault.kind];
    const forMs = integerBetween(random, ...lastsMs);
    const fraction = random();
    return {
      atMs,
      fault,
      // Half of the faults hit everybody: then a client has no healthy connection left.
      target: scope === 'connection' && random() < 0.5 ? { fraction } : 'all',
      ...(lasts && { forMs }),
    };
  });
}

function drawFault(kind: FaultKind, random: Random): Fault {
  switch (kind) {
    case 'close':
      return { kind, code: pick(random, [1000, 1001, 1011, 1012]) };
    case 'foreign-frame':
      return { kind, content: pick(random, FOREIGN) };
    case 'clock-jump':
      return { kind, ms: integerBetween(random, -5000, 5000) };
    case 'clock-rate':
      return { kind, rate: 0.95 + random() / 10 };
    case 'burst':
      return { kind, trades: integerBetween(random, 500, 5000) };
    case 'rest-error':
      return { kind, status: 400, body: '{"code":10007,"msg":"bad symbol"}' };
    case 'ack-delayed':
    case 'handshake-slow':
    case 'rest-slow':
      return { kind, delayMs: integerBetween(random, 50, 2000) };
    case 'duplicates':
      return { kind, trades: integerBetween(random, 1, 50) };
    case 'slow':
      return { kind, bytesPerSecond: integerBetween(random, 500, 20_000) };
    case 'fragments':
      return { kind, bytes: integerBetween(random, 1, 64) };
    case 'handshake-refused':
      return { kind, status: pick(random, [403, 429, 502] as const) };
    case 'rest-status':
      return { kind, status: pick(random, [403, 429, 500, 502, 503, 504]) };
    default:
      return { kind };
  }
}
