import type { LedgerEntry, LedgerKind } from '../../engine/domain/ledger.js';

/** What an export of one entry is called and says (domain.md 8.2, schema A). */
export interface DecisionEvent {
  /** `<UTC time>__<action>__<actor>`, with the entry's number so that no two are the same. */
  readonly fileName: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Whether what an entry tells of can be taken back by doing its opposite. */
const REVERSIBLE: Readonly<Record<LedgerKind, boolean>> = {
  control: true,
  mode: true,
  canary: true,
  gate: true,
  migration: false,
  trigger: true,
  drill: true,
  proof: true,
  anchor: false,
};
const WORD_MAX = 60;

export function decisionEvent({ n, hash, event }: LedgerEntry): DecisionEvent {
  const { kind, action, atMs, who, why, details } = event;
  const iso = new Date(atMs).toISOString();
  const time = iso.slice(0, 19).replaceAll(':', '-');
  const number = String(n).padStart(3, '0');
  const isPerson = !/^cdb\b/.test(who);
  return {
    fileName: `${time}Z__${word(action)}-${number}__${word(who)}.yaml`,
    members: {
      event_id: `DE-${iso.slice(0, 10)}-${number}`,
      timestamp: iso,
      actor: isPerson
        ? { id: who, vendor: 'human', role: 'operator' }
        : { id: who, vendor: 'cdb', role: 'guard' },
      action: { type: kind, summary: action, reversible: REVERSIBLE[kind] },
      scope: { repo: 'cdb', paths: [], issue: null, pr: null, branch: null },
      uncertainty: uncertaintyOf(details),
      policy_refs: textsOf(details['policy_refs']),
      evidence: [`ledger entry ${n}, sha256 ${hash}`, ...textsOf(details['evidence'])],
      outcome: { result: 'recorded', notes: why },
      details,
    },
  };
}

/** Declared in every event: where an entry says nothing of it, that is what is said. */
function uncertaintyOf({ uncertainty }: LedgerEntry['event']['details']) {
  if (typeof uncertainty === 'object' && uncertainty !== null) {
    const given = uncertainty as Readonly<Record<string, unknown>>;
    const { flag, reason, options } = given;
    if (typeof flag === 'boolean' && typeof reason === 'string') {
      return { flag, reason, options: textsOf(options) };
    }
  }
  return { flag: false, reason: 'none was declared when this was recorded', options: [] };
}

function textsOf(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}

function word(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, WORD_MAX)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'unnamed' : plain;
}
