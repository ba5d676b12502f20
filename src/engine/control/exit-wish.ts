import type { ControlRecord, ExitWish } from '../domain/control.js';
import { textHash } from '../domain/text-hash.js';

/** What may be asked for together with a stop. */
export interface ExitRequest {
  readonly cancelOpen: boolean;
  readonly flatten: boolean;
}

/** A record holds at most this many wishes, and a wish this many scopes. */
export const WISHES_MAX = 8;
export const WISH_SCOPES_MAX = 50;

/** The change that asks: what makes its id one of its own. */
type Asking = Pick<ControlRecord, 'epoch' | 'atMs' | 'operator' | 'reason' | 'message'> & {
  readonly scopes: readonly string[];
};

export function newWish({ cancelOpen, flatten }: ExitRequest, asking: Asking): ExitWish {
  const { epoch, atMs, operator, reason, message } = asking;
  const scopes = asking.scopes.length > WISH_SCOPES_MAX ? [] : [...new Set(asking.scopes)].sort();
  const wish = { cancelOpen: cancelOpen || flatten, flatten, scopes };
  const words = JSON.stringify([atMs, operator, reason, message, wish]);
  return { killId: `${epoch}-${textHash(words).toString(16).padStart(8, '0')}`, ...wish };
}

/** True when whoever fulfils `wish` does all that is asked for. */
export function coversRequest(
  wish: ExitWish,
  asked: ExitRequest & { readonly scopes: readonly string[] },
): boolean {
  if (asked.flatten && !wish.flatten) return false;
  if (wish.scopes.length === 0) return true;
  return asked.scopes.length > 0 && asked.scopes.every((scope) => wish.scopes.includes(scope));
}

/** By kill id, oldest first. Where there are too many, the newest asks for all that any has asked. */
export function mergeWishes(
  all: readonly (readonly ExitWish[] | undefined)[],
): readonly ExitWish[] {
  const byId = new Map<string, ExitWish>();
  for (const wish of all.flatMap((wishes) => wishes ?? [])) byId.set(wish.killId, wish);
  const merged = [...byId.values()];
  const newest = merged.at(-1);
  if (merged.length <= WISHES_MAX || newest === undefined) return merged;
  const flatten = merged.some((wish) => wish.flatten);
  return [{ ...newest, cancelOpen: true, flatten, scopes: [] }];
}

/** The member of a record: absent, not empty, where there is none, as in the records of before. */
export function exitsMember(wishes: readonly ExitWish[]): Pick<ControlRecord, 'exits'> {
  return wishes.length === 0 ? {} : { exits: wishes };
}

/**
 * Changes exactly when the fold has to hear of the register; who said it, when and why is left out.
 * Several hosts' records may change the scopes under one epoch, and flags the mode. New terms of a canary
 * have an epoch of their own.
 */
export function toldOf({
  epoch,
  level,
  mode,
  scopes,
  exits = [],
}: Pick<ControlRecord, 'epoch' | 'level' | 'mode' | 'scopes' | 'exits'>): string {
  const held = Object.entries(scopes).map(([scope, one]) => `${scope}=${one}`);
  return JSON.stringify([epoch, level, mode, held.toSorted(), exits.map(({ killId }) => killId)]);
}
