import type { ControlRecord, Mode } from '../domain/control.js';
import { exitsMember } from './exit-wish.js';
import { releasedMember } from './releases.js';
import {
  clip,
  missingWords,
  NAME_CHARS_MAX,
  nextEpoch,
  TEXT_CHARS_MAX,
  type EffectiveControl,
  type MissingWords,
} from './register.js';

interface LowerScopeRequest {
  /** `strategy:ID` or `symbol:S`, as the record names it. */
  readonly scope: string;
  readonly operator: string;
  readonly justification: string;
  /** The target, retyped. */
  readonly confirm: string;
  readonly atMs: number;
}

type LowerScopeResult =
  | { readonly ok: true; readonly record: ControlRecord }
  | { readonly ok: false; readonly why: 'not-restricted' }
  | { readonly ok: false; readonly why: 'missing'; readonly missing: MissingWords };

/** What has to be typed for one strategy, symbol or host alone. */
export function scopeReleaseTarget(mode: Mode, scope: string): string {
  return `${mode}/${scope}`;
}

/**
 * Takes the restriction off one strategy or symbol, on the word of a named person who says why.
 * Nothing else is lifted: not the level of everything, no other scope, no breaker.
 */
export function lowerScope(
  current: EffectiveControl,
  request: LowerScopeRequest,
): LowerScopeResult {
  const { record } = current;
  const { scope } = request;
  if (!Object.hasOwn(record.scopes, scope)) return { ok: false, why: 'not-restricted' };
  const missing = missingWords(request, scopeReleaseTarget(record.mode, scope));
  if (missing.length > 0) return { ok: false, why: 'missing', missing };
  const { exits = [], ...rest } = record;
  const others = exits.filter(({ scopes }) => scopes.length !== 1 || scopes[0] !== scope);
  const epoch = nextEpoch(current, request.atMs);
  const { released = { all: 0 } } = releasedMember([record]);
  return {
    ok: true,
    record: {
      ...rest,
      scopes: Object.fromEntries(Object.entries(record.scopes).filter(([held]) => held !== scope)),
      epoch,
      // Not `released`, which resets every breaker.
      reason: 'scope_released',
      message: clip(`${scope}: ${request.justification.trim()}`, TEXT_CHARS_MAX),
      operator: clip(request.operator.trim(), NAME_CHARS_MAX),
      atMs: request.atMs,
      previousLevel: record.level,
      ...exitsMember(others),
      released: { all: released.all, any: epoch },
    },
  };
}
