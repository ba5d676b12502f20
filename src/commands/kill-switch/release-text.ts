import type { EffectiveControl } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { plainText } from '../../view/plain-text.js';
import { stricterWords, type StricterEngine } from './engine-level.js';
import { clockTime, engineLine, type EngineAck } from './kill-switch-ports.js';
import { ledgerWords, type LedgerOutcome } from '../ledger-record.js';

export interface Released {
  readonly before: EffectiveControl;
  readonly record: ControlRecord;
  readonly ack: EngineAck;
  readonly ledger: LedgerOutcome;
  readonly stricter: StricterEngine | null;
  /** Places that hold all the same, in words. */
  readonly remaining: readonly string[];
}

export function releasedText(released: Released): string {
  const { before, record, ack, ledger, stricter, remaining } = released;
  const isHeld = stricter !== null || remaining.length > 0;
  const held = stricter?.control.level ?? 'restricted';
  const head = isHeld
    ? `KILL-SWITCH RELEASED HERE, AND THE RUN STAYS ${held}`
    : 'KILL-SWITCH RELEASED';
  return [
    `${head}   ${record.mode}   epoch ${record.epoch}   ${clockTime(record.atMs)}`,
    `  level        ${record.level} (was ${before.record.level})`,
    `  by           ${plainText(record.operator)}: ${plainText(record.message)}`,
    engineLine(ack),
    ...(stricter === null ? [] : [`  run          ${plainText(stricterWords(stricter))}`]),
    ...remaining.map((words) => `  held by      ${plainText(words)}; release it on that host`),
    `written: ${plainText(ledgerWords(ledger))}`,
    '',
  ].join('\n');
}

export function releasedData(released: Released): unknown {
  const { before, record, ack, ledger, stricter, remaining } = released;
  return {
    released: true,
    level: record.level,
    run_level: stricter?.control.level ?? record.level,
    held_by: remaining,
    previous_level: before.record.level,
    mode: record.mode,
    epoch: record.epoch,
    at: new Date(record.atMs).toISOString(),
    operator: record.operator,
    justification: record.message,
    engine: { state: ack.state, pid: ack.pid, ack_ms: ack.ms, why: ack.why },
    ledger_entry: ledger.state === 'written' ? ledger.n : null,
  };
}
