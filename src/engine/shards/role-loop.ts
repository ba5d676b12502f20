import { wordsOf } from '../domain/words-of.js';
import type { Clock } from '../ports/clock.js';
import type { FenceToken, Leases } from '../ports/shard-log.js';
import { Fenced } from '../ports/fenced.js';
import { takeLease, type HeldLease } from './held-lease.js';
import { ShardLost } from './shard-lost.js';

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;
/** What has worked for so long and then fails, fails anew. */
const WELL_MS = 10_000;

export interface RoleLoop {
  /** The lease that whoever works here must hold. */
  readonly lease: string;
  /** For people: "pipeline of shard 0". */
  readonly name: string;
  readonly tokenMin: () => Promise<FenceToken>;
  /** False: the lease is left to others, and given back if it is ours. */
  readonly isWanted: () => boolean;
  /** Somebody else holds the lease. */
  readonly onTaken?: () => void | Promise<void>;
  /** Works until the signal aborts. What it throws ends its turn, and it begins anew. */
  readonly work: (token: FenceToken, signal: AbortSignal, onTurn: () => void) => Promise<void>;
}

export interface RoleDeps {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly owner: string;
  readonly onNotice: (text: string) => void;
  /** Whether what a part outside this process has thrown may be otherwise the next time. */
  readonly isOutage: (error: unknown) => boolean;
}

/** What a role does now, for status. */
export interface RoleState {
  state: 'waiting' | 'working';
  /** Why it waits, or what went wrong last. */
  why: string;
  /** What went wrong last; empty once it works again, or waits because others work. */
  trouble: string;
  token: FenceToken | null;
  /** Grows as long as the loop goes round. */
  turns: number;
}

/**
 * Holds the lease, works, and begins anew after whatever went wrong, with growing pauses, until the
 * signal aborts. Only what no repetition can heal is thrown.
 */
export async function runRole(
  loop: RoleLoop,
  deps: RoleDeps,
  state: RoleState,
  signal: AbortSignal,
): Promise<void> {
  const { clock, onNotice } = deps;
  let retryMs = RETRY_MS_MIN;
  let told = '';
  const onTurn = (): void => {
    state.turns += 1;
  };
  const onWork = (): void => {
    onTurn();
    state.trouble = '';
  };
  while (!signal.aborted) {
    onTurn();
    let held: HeldLease | null = null;
    const sinceMs = clock.monotonicMs();
    try {
      held = await tryLease(loop, deps, state);
      if (held === null) {
        await clock.sleep(deps.leases.ttlMs / 5, signal);
        continue;
      }
      state.state = 'working';
      state.why = '';
      state.token = held.token;
      await loop.work(held.token, AbortSignal.any([signal, held.signal]), onWork);
      if (held.signal.aborted) onNotice(`${loop.name}: the lease was lost`);
      retryMs = RETRY_MS_MIN;
    } catch (error) {
      const isPassing = error instanceof Fenced || error instanceof ShardLost;
      if (!isPassing && !deps.isOutage(error)) throw error;
      const why = wordsOf(error);
      if (clock.monotonicMs() - sinceMs >= WELL_MS) {
        retryMs = RETRY_MS_MIN;
        told = '';
      }
      if (why !== told) onNotice(`${loop.name}: ${why}`);
      told = why;
      state.why = why;
      state.trouble = why;
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    } finally {
      state.state = 'waiting';
      state.token = null;
      await held?.end();
    }
  }
}

async function tryLease(
  loop: RoleLoop,
  deps: RoleDeps,
  state: RoleState,
): Promise<HeldLease | null> {
  if (!loop.isWanted()) {
    state.why = 'left to others';
    state.trouble = '';
    return null;
  }
  const held = await takeLease(deps, loop.lease, deps.owner, await loop.tokenMin());
  if (!('owner' in held)) return held;
  state.why = `held by ${held.owner}`;
  state.trouble = '';
  await loop.onTaken?.();
  return null;
}
