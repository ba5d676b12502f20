import { evidenceKeys } from '../../engine/decision-record.js';
import { canonicalJson, ENVELOPE_STYLE } from '../../engine/domain/canonical-json.js';
import { EnvelopeChain } from '../../engine/domain/envelope.js';
import type { Output } from '../../engine/domain/events.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { RunIds } from '../../engine/domain/ids.js';
import { envelopeMessage, type EnvelopedFact } from '../../engine/domain/wire/envelope-message.js';
import { EXIT, OperatorError } from '../../operator-error.js';

/** Chains the decisions, orders and fills of one replay. @returns '' for any other fact */
export function envelopeLines(ids: RunIds, hash: Hash): (fact: Output) => string {
  const chain = new EnvelopeChain(hash);
  let tsMsMin = 0;
  return (fact) => {
    if (!isEnveloped(fact)) return '';
    tsMsMin = Math.max(tsMsMin, fact.tsMs);
    const envelope = envelopeMessage(fact, { ids, tsMsMin, evidenceKeys });
    const link = chain.add(envelope);
    if (!link.ok) throw notChained(link.faults);
    // In the canonical form, so that event_hash is the SHA-256 of these very bytes.
    const text = canonicalJson(envelope, ENVELOPE_STYLE);
    const { eventHash, chainHash } = link;
    return `{"kind":"envelope","envelope":${text},"event_hash":"${eventHash}","chain_hash":"${chainHash}"}\n`;
  };
}

/** What shadow mode only supposes was filled is no fill. */
function isEnveloped(fact: Output): fact is EnvelopedFact {
  if (fact.kind === 'OrderFilled') return fact.book === 'real';
  return fact.kind === 'RiskDecided' || fact.kind === 'OrderRequested';
}

function notChained(faults: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0505',
    what: 'Cannot add an envelope to the chain',
    why: faults.join('; '),
    todo: 'replay a shorter file, or leave envelopes out of --emit',
    exit: EXIT.FINDING,
  });
}
