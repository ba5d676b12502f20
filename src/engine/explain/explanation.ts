import type { DecisionTrace, TraceRow } from '../ports/decision-trace.js';
import { member } from '../risk-record.js';
import { counterfactual, type Counterfactual } from './counterfactual.js';
import { limitRows, type LimitRow } from './limit-rows.js';
import { pathOf, type Step } from './path.js';
import { recordedCase, recordedVerdict, type RecordedVerdict } from './read-record.js';
import { codeOf, type RecordedCase } from './recorded-case.js';

export interface Explanation {
  readonly path: readonly Step[];
  /** Null where no decision is on record. */
  readonly verdict: RecordedVerdict | null;
  /** The same judged again by this build; null where the record does not have what that needs. */
  readonly judgedAgain: JudgedAgain | null;
  /** In words: what an explanation would need and the record does not have. */
  readonly missing: readonly string[];
}

export interface JudgedAgain extends Counterfactual {
  /** Null = ALLOW. */
  readonly code: string | null;
  /** False is a finding: record and judge do not agree. */
  readonly agrees: boolean;
  readonly limits: readonly LimitRow[];
}

/** Pure: the same record always gives the same explanation. */
export function explain(trace: DecisionTrace): Explanation {
  const { decision } = trace;
  const verdict = decision === null ? null : recordedVerdict(decision);
  const recorded = decision === null ? null : recordedCase(decision);
  return {
    path: pathOf(trace),
    verdict,
    judgedAgain:
      verdict === null || recorded === null || isBeyond(verdict, recorded, decision)
        ? null
        : judgedAgain(verdict, recorded),
    missing: missingOf(trace, { verdict, recorded }),
  };
}

/** More than the gate decided, or the gate did not count, and the record says nothing of that. */
function isBeyond(
  { code }: RecordedVerdict,
  { risk }: RecordedCase,
  decision: TraceRow | null,
): boolean {
  const byLayer = code !== null && !code.startsWith('RC_');
  return risk === null && (byLayer || member(decision?.['payload'], 'reduce_only') === true);
}

function judgedAgain(verdict: RecordedVerdict, recorded: RecordedCase): JudgedAgain {
  const code = codeOf(recorded);
  return {
    code,
    agrees: code === verdict.code,
    limits: limitRows(recorded),
    ...counterfactual(recorded),
  };
}

function missingOf(
  trace: DecisionTrace,
  read: { readonly verdict: RecordedVerdict | null; readonly recorded: RecordedCase | null },
): readonly string[] {
  const { verdict, recorded } = read;
  const fills = trace.fills.length > 0;
  return [
    trace.signal === null ? 'the signal: no row in signals leads here' : null,
    verdict === null ? 'the decision: no row in risk_events leads here' : null,
    verdict !== null && recorded === null
      ? 'what the gate saw and its limits: the payload of the decision does not have them'
      : null,
    recorded !== null && recorded.risk === null
      ? 'what the layers around the gate saw: an earlier build wrote this decision'
      : null,
    trace.candle === null && verdict !== null
      ? 'a candle that had closed before the decision'
      : null,
    verdict === null
      ? null
      : 'when regime and allocation were set: only what they were at the decision is on record',
    fills && trace.positions.length === 0 ? 'the position that the fills changed' : null,
    fills && trace.positions.length > 0
      ? 'the position right after each fill: its row says what it is now'
      : null,
    shadowOnly(trace)
      ? 'the fill in the book of shadow: trades has real and paper fills only'
      : null,
  ].filter((words) => words !== null);
}

function shadowOnly({ orders, fills }: DecisionTrace): boolean {
  return (
    fills.length === 0 &&
    orders.some(({ rejection_reason: why }) => typeof why === 'string' && why.startsWith('shadow'))
  );
}
