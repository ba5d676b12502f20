import { wordsOf } from '../../engine/domain/words-of.js';
import type { Evidence } from '../../engine/control/canary-conditions.js';
import { DRILL_PASS, DRILL_VALID_MS } from '../../engine/control/drill-proof.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { FAILED, OK } from './finding.js';

/** Of the ledger entry by which a start uses its evidence up. */
export const CANARY_START = 'canary start';

/** All that the conditions need of the ledger, from one walk. */
export interface LedgerLook {
  readonly fault: string | null;
  readonly entries: number;
  readonly drillAtMs: number | null;
  /** When a start used it up, by the name of a pack. */
  readonly startedAtMs: ReadonlyMap<string, number>;
}

export function lookAtLedger(ledger: Ledger): LedgerLook {
  const startedAtMs = new Map<string, number>();
  let entries = 0;
  let drillAtMs: number | null = null;
  const look = (fault: string | null) => ({ fault, entries, drillAtMs, startedAtMs });
  try {
    for (const { event } of ledger.entries()) {
      const { kind, action, atMs, details } = event;
      entries += 1;
      if (kind === 'drill' && details['verdict'] === DRILL_PASS) drillAtMs = atMs;
      const isStart = kind === 'canary' && action === CANARY_START;
      if (isStart) startedAtMs.set(String(details['pack']), atMs);
    }
    return look(null);
  } catch (fault) {
    return look(wordsOf(fault));
  }
}

export function ledgerFindings({ fault, entries, drillAtMs }: LedgerLook, nowMs: number): Evidence {
  if (fault !== null) return { ledger: FAILED(fault) };
  return { ledger: OK(`${entries} entries`), ...drillFinding(drillAtMs, nowMs) };
}

function drillFinding(atMs: number | null, nowMs: number): Evidence {
  if (atMs === null) return {};
  const at = new Date(atMs).toISOString();
  const isFresh = nowMs - atMs <= DRILL_VALID_MS && atMs <= nowMs;
  return { drill: isFresh ? OK(`passed ${at}`) : FAILED(`the last one passed ${at}`) };
}

/** What was decided for one session says nothing of another: its ceilings are those of all of it. */
export function usedUp({ fault, startedAtMs }: LedgerLook, pack: string): readonly string[] {
  if (fault !== null) return [`the ledger does not say whether ${pack} was used up: ${fault}`];
  const atMs = startedAtMs.get(pack);
  return atMs === undefined
    ? []
    : [`${pack} was used up by the start of ${new Date(atMs).toISOString()}`];
}
