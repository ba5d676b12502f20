import type { Clock } from '../ports/clock.js';
import type { FenceToken, Leases } from '../ports/shard-log.js';

/** A lease while it is ours: renewed in the background until `end` or until it is lost. */
export interface HeldLease {
  readonly token: FenceToken;
  /** Aborts when the lease is no longer certain: somebody else may have it. */
  readonly signal: AbortSignal;
  /** Gives it back, so that the next one need not wait for its end. */
  end(): Promise<void>;
}

/** @returns null when somebody else has it */
export async function takeLease(
  { leases, clock }: { readonly leases: Leases; readonly clock: Clock },
  name: string,
  owner: string,
  tokenMin: FenceToken,
): Promise<HeldLease | { readonly owner: string }> {
  const askedAtMs = clock.monotonicMs();
  const answer = await leases.acquire(name, owner, tokenMin);
  if (answer.state === 'taken') return { owner: answer.owner };
  const lost = new AbortController();
  const ended = new AbortController();
  const renewing = renew({ leases, clock }, { name, owner, askedAtMs }, lost, ended.signal);
  return {
    token: answer.token,
    signal: lost.signal,
    end: async () => {
      ended.abort();
      await renewing;
      if (!lost.signal.aborted) await leases.release(name, owner).catch(() => undefined);
    },
  };
}

async function renew(
  { leases, clock }: { readonly leases: Leases; readonly clock: Clock },
  held: { readonly name: string; readonly owner: string; readonly askedAtMs: number },
  lost: AbortController,
  ended: AbortSignal,
): Promise<void> {
  let sureUntilMs = held.askedAtMs + leases.ttlMs;
  for (;;) {
    await clock.sleep(leases.ttlMs / 3, ended);
    if (ended.aborted) return;
    const askedAtMs = clock.monotonicMs();
    try {
      if (!(await leases.renew(held.name, held.owner))) {
        lost.abort();
        return;
      }
      sureUntilMs = askedAtMs + leases.ttlMs;
    } catch {
      // Ours until its time is over; the fence refuses us when it no longer is.
      if (clock.monotonicMs() > sureUntilMs) {
        lost.abort();
        return;
      }
    }
  }
}
