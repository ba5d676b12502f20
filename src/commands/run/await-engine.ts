import type { Clock } from '../../engine/ports/clock.js';
import type { EngineClient } from '../../engine/ports/engine-client.js';
import type { SystemView } from '../../view/system-view.js';
import { readSystemView } from '../../view/view-json.js';
import type { DetachedChild } from './detached-child.js';

/** Below what an operator feels; a start takes a second or more. */
const LOOK_EVERY_MS = 50;
const ASK_TIMEOUT_MS = 1_000;

export type EngineSeen =
  | { readonly state: 'there'; readonly view: SystemView }
  | { readonly state: 'ended'; readonly status: number }
  /** The time is over; what it says of itself, null when it does not answer yet. */
  | { readonly state: 'late'; readonly view: SystemView | null };

interface Wait {
  readonly engine: EngineClient;
  readonly clock: Clock;
  readonly limitMs: number;
  /** Aborted: looks once more and returns. */
  readonly signal: AbortSignal;
  readonly until: (view: SystemView) => boolean;
}

/** Looks at the child and at its control socket until one of them says how it stands. */
export async function awaitEngine(child: DetachedChild, wait: Wait): Promise<EngineSeen> {
  const { engine, clock, limitMs, signal, until } = wait;
  const endMs = clock.monotonicMs() + limitMs;
  let view: SystemView | null = null;
  for (;;) {
    const isLast = signal.aborted || clock.monotonicMs() >= endMs;
    const status = child.status();
    if (status !== null) return { state: 'ended', status };
    view = (await ask(engine, child.pid)) ?? view;
    if (view !== null && until(view)) return { state: 'there', view };
    if (isLast) return { state: 'late', view };
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Null while it does not answer, and when it is another engine that does. */
async function ask(engine: EngineClient, pid: number): Promise<SystemView | null> {
  const request = { method: 'GET', path: '/view', timeoutMs: ASK_TIMEOUT_MS } as const;
  const answer = await engine.call(request);
  if (answer.state !== 'answered' || answer.status !== 200) return null;
  const view = readSystemView(answer.body);
  return view?.run.pid === pid ? view : null;
}
