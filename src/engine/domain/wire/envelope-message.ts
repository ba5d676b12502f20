import { ENVELOPE_SCHEMA } from '../envelope.js';
import type { OrderFilled, OrderRequested, RiskDecided } from '../events.js';
import { JsonFloat, type ExactJson, type ExactObject } from '../exact-json.js';
import type { Ref, RunIds } from '../ids.js';
import { isoFromMs } from '../iso-time.js';

/** What one envelope is made of beside the fact itself. */
export interface EnvelopeContext {
  readonly ids: RunIds;
  /** Time never goes back in a chain, but each symbol has a time of its own. */
  readonly tsMsMin: number;
  /** Names of what a decision was made on. */
  readonly evidenceKeys: (decision: RiskDecided) => readonly string[];
}

export type EnvelopedFact = RiskDecided | OrderRequested | OrderFilled;

/** Envelope of a decision, an order or a fill (domain.md 4.7). */
export function envelopeMessage(fact: EnvelopedFact, context: EnvelopeContext): ExactObject {
  const { ids } = context;
  switch (fact.kind) {
    case 'RiskDecided':
      return envelope('DECISION', fact, context, {
        decision: fact.decision,
        symbol: fact.symbol,
        decision_id: ids.decision(fact.ref),
        reason_code: fact.reasonCode,
        evidence_keys: context.evidenceKeys(fact),
      });
    case 'OrderRequested':
      return envelope('ORDER', fact, context, {
        symbol: fact.symbol,
        side: fact.side,
        quantity: float(fact.qty),
        price: float(fact.price),
        signal_id: ids.signal(fact.signalRef),
        decision_id: ids.decision(fact.decisionRef),
        order_id: ids.order(fact.ref),
      });
    case 'OrderFilled':
      return envelope('FILL', fact, context, {
        order_id: ids.order(fact.orderRef),
        fill_id: ids.fill(fact.ref),
        symbol: fact.symbol,
        side: fact.side,
        filled_quantity: float(fact.qty),
        price: float(fact.price),
        status: fact.status,
      });
  }
}

function envelope(
  eventType: string,
  fact: { readonly ref: Ref; readonly signalRef: Ref; readonly tsMs: number },
  { ids, tsMsMin }: EnvelopeContext,
  payload: Readonly<Record<string, ExactJson>>,
): ExactObject {
  const tsMs = Math.max(fact.tsMs, tsMsMin);
  return new Map<string, ExactJson>([
    ['schema_version', ENVELOPE_SCHEMA],
    ['event_type', eventType],
    ['event_id', ids.event(fact.ref)],
    ['ts_ms', BigInt(tsMs)],
    ['created_at', isoFromMs(tsMs)],
    ['correlation_id', ids.correlation(ids.signal(fact.signalRef))],
    ['replay_run_id', ids.runId],
    ['payload', new Map(Object.entries(payload))],
  ]);
}

/** The reference hashes amounts as floats with ten places; ours have eight. */
function float(amount: string): ExactJson {
  return new JsonFloat(Number(amount));
}
