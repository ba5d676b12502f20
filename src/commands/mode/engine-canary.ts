import type { CommandIo } from '../command-io.js';
import { tellEngine, type EngineAck, type KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { textMember } from './mode-ports.js';

export interface SaidCanary {
  readonly state: EngineAck['state'];
  /** Its running session, or the last one; null where it never saw one. */
  readonly session: unknown;
  /** Triggers that nobody would find out in it; null where it does not say. */
  readonly unwatched: readonly string[] | null;
}

/** What the running engine says of its canary. Never throws. */
export async function engineCanary(killSwitch: KillSwitch, io: CommandIo): Promise<SaidCanary> {
  const { state, body } = await tellEngine(killSwitch, io, { intent: 'canary' });
  const of = (name: string): unknown => Reflect.get(Object(body), name) ?? null;
  const said = state === 'acknowledged' ? of('unwatched') : null;
  const isList = Array.isArray(said) && said.every((name) => typeof name === 'string');
  return {
    state,
    session: state === 'acknowledged' ? of('canary') : null,
    unwatched: isList ? said : null,
  };
}

/** Why the real book is a canary's now, with what frees it; null when it is not. */
export function whatCanaryHolds({ state, session }: SaidCanary): readonly [string, string] | null {
  if (state === 'absent' || (state === 'acknowledged' && session === null)) return null;
  const phase = textMember(session, 'phase');
  const held = textMember(session, 'heldQty');
  if (phase === null || held === null) {
    return ['the engine does not say what a canary holds', 'cdb canary status'];
  }
  if (phase === 'running' || phase === 'held')
    return ['a canary runs', 'cdb canary rollback first'];
  if (Number(held) === 0) return null;
  return [
    `a canary has left ${held} ${textMember(session, 'symbol') ?? ''} in the book that paper uses`,
    'cdb kill-switch engage --flatten closes it, then release; cdb canary status says when it is gone',
  ];
}
