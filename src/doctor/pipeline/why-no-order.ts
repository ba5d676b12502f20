import { countText } from '../../view/figure.js';
import type { Readings } from '../facts.js';
import type { CounterHistory } from './facts.js';
import { grown } from './grown.js';
import { engineOf, readOf, tradingOf } from './verdicts.js';

/** Silence of execution is well only where it is explained; null: it is not. */
export function whyNoOrder(
  history: CounterHistory,
  readings: Readings,
  nowMs: number,
): string | null {
  const approved = grown(history, [['*.orders_approved_total'], ['engine.allowed']], nowMs);
  const blocked = grown(history, [['*.orders_blocked_total'], ['engine.blocked']], nowMs);
  if (blocked === null || (approved !== null && approved.count > 0)) return null;
  // Nobody counts approvals: then the lines have to say that each of them was blocked.
  if (approved === null && loggedCodes(readings).length === 0) return null;
  if (blocked.count === 0) {
    const signals = grown(history, [['*.signals_generated_total']], nowMs);
    return signals?.count === 0 ? 'no signal was raised' : null;
  }
  const codes = codesOf(readings);
  const by = codes.length === 0 ? 'risk blocks them' : codes.join(', ');
  return approved === null
    ? `all are blocked (${by})`
    : `all ${countText(blocked.count)} decisions are blocked (${by})`;
}

/** The codes of the window, the most frequent first. */
function codesOf(readings: Readings): readonly string[] {
  const rows = (tradingOf(readings)?.decisions?.groups ?? [])
    .filter(({ isBlock, recent }) => isBlock && recent > 0)
    .sort((a, b) => b.recent - a.recent)
    .map(({ code }) => code);
  const own = Object.keys(engineOf(readings)?.value.blockedByCode ?? {});
  const found = [...new Set([...rows, ...own])];
  return (found.length > 0 ? found : loggedCodes(readings)).slice(0, 3);
}

/** Where nothing else is on record, lines say which: `Decision contract BLOCK: RC_002`. */
function loggedCodes({ logs }: Readings): readonly string[] {
  const lines = (readOf(logs)?.value ?? []).flatMap((log) => log.lines);
  return [...new Set(lines.flatMap(({ text }) => /BLOCK: (R[CK]_\w+)/.exec(text)?.[1] ?? []))];
}
