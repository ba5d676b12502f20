import type { FoundFlags } from '../../config/mode-flags.js';
import { askedBy, effectiveMode, type EffectiveMode } from '../../engine/control/effective-mode.js';
import type { ControlRecord } from '../../engine/domain/control.js';

/** The mode that an engine with these flags decides in. */
export function engineMode(record: ControlRecord, { flags, fault }: FoundFlags): EffectiveMode {
  if (fault !== null) return effectiveMode({ state: 'unknown', why: fault }, flags);
  return effectiveMode(askedBy(record), flags);
}

/** The record with the mode that holds: the register alone can't make an engine do more than its flags. */
export function capMode(record: ControlRecord, found: FoundFlags): ControlRecord {
  const { mode } = engineMode(record, found);
  if (mode === record.mode) return record;
  const { level, scopes, epoch, reason, message, operator, atMs, previousLevel } = record;
  return { level, scopes, mode, epoch, reason, message, operator, atMs, previousLevel };
}
