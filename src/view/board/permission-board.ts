import { isScope, type GateCopy, type GateVerdict } from '../../engine/control/delivery-gate.js';
import { utcText } from '../age.js';
import type { GateRow, PermissionBoard } from './board.js';
import { boundedRows, boundedText } from './bounded.js';

/** What is open, and what somebody wrote down that is not open any more, with the reason. */
export function gateRows(
  copies: readonly GateCopy[],
  judge: (scope: string) => GateVerdict,
): readonly GateRow[] {
  return boundedRows(statedScopes(copies)).map((scope): GateRow => {
    const verdict = judge(scope);
    if (!verdict.open) {
      return { scope: boundedText(scope), until: null, by: '', reason: boundedText(verdict.why) };
    }
    const { expiresAtMs, approvedBy, reason } = verdict.opening;
    return {
      scope: boundedText(scope),
      until: expiresAtMs,
      by: boundedText(approvedBy),
      reason: boundedText(reason),
    };
  });
}

/** Scopes that anybody wrote down, in the order of the alphabet. */
export function statedScopes(copies: readonly GateCopy[]): readonly string[] {
  const stated = copies.flatMap(({ working }) =>
    working.state === 'present' ? working.stated.openings : [],
  );
  const scopes = stated.flatMap(({ scope }) => (scope !== null && isScope(scope) ? [scope] : []));
  return [...new Set(scopes)].sort();
}

const CANARY_WORDS: readonly (readonly [member: string, words: string])[] = [
  ['phase', 'phase'],
  ['trigger', 'trigger'],
  ['detail', 'detail'],
  ['symbol', 'symbol'],
  ['venue', 'venue'],
  ['percent', 'share %'],
  ['ordersSent', 'orders sent'],
  ['ordersMax', 'orders at most'],
  ['openOrders', 'open orders'],
  ['notionalSentUsdt', 'spent USDT'],
  ['pnlUsdt', 'PnL USDT'],
  ['heldQty', 'held'],
  ['rejects', 'refused'],
  ['sessionId', 'session'],
];

/** @param canary as the engine says it; null: it has none */
export function canaryLines(
  canary: Readonly<Record<string, unknown>> | null,
  knownAtMs: number,
): readonly string[] {
  if (canary === null) return ['no canary runs'];
  const lines = CANARY_WORDS.flatMap(([member, words]) => {
    const value = canary[member];
    const isShown = typeof value === 'number' || (typeof value === 'string' && value !== '');
    return isShown ? [boundedText(`${words}: ${value}`)] : [];
  });
  return [...lines, `as of ${utcText(knownAtMs)}`];
}

export function readinessPart(
  verdict: string,
  items: readonly { readonly id: string; readonly status: string; readonly says: string }[],
): PermissionBoard['readiness'] {
  return {
    verdict,
    items: boundedRows(items).map(({ id, status, says }) => {
      return { item: boundedText(id), status, words: boundedText(says) };
    }),
  };
}
