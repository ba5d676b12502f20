import { modeUnder, type FoundFlags } from '../../config/mode-flags.js';
import { askedBy } from '../../engine/control/effective-mode.js';
import { CANARY_CEILINGS, type CanaryTerms } from '../../engine/domain/canary-terms.js';
import type { ControlRecord } from '../../engine/domain/control.js';

/** What clocks are set back by now and then. */
const CLOCK_BACK_MS_MAX = 5_000;

/** The record with the mode that holds: the register alone can't make an engine do more than its flags. */
export function capMode(record: ControlRecord, found: FoundFlags, nowMs: number): ControlRecord {
  const { mode, why } = modeUnder(askedBy(record), found);
  const { canary, ...rest } = record;
  // Event time ends a session too; this one holds where no event comes.
  const isOver =
    mode === 'canary' && canary !== undefined && !isWithin(nowMs - canary.startedAtMs, canary);
  if (mode === record.mode && !isOver) return record;
  const capped: ControlRecord = { ...rest, mode: isOver ? 'shadow' : mode };
  if (isOver)
    return { ...capped, reason: 'duration_over', message: 'its time on the clock is over' };
  // An engage leaves no terms, and what it says of itself counts first.
  if (record.mode !== 'canary' || canary === undefined) return capped;
  return { ...capped, reason: 'flag_drift', message: why.join('; ') };
}

/** A clock that went back says nothing of how long it has run. */
function isWithin(ageMs: number, { durationMs }: CanaryTerms): boolean {
  return ageMs >= -CLOCK_BACK_MS_MAX && ageMs < Math.min(durationMs, CANARY_CEILINGS.durationMs);
}
