import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { SharedRunStatus } from '../engine/ports/shared-run-status.js';
import { durationText } from './age.js';
import { NOTHING_SEEN, type Verdict } from './effect-pair.js';
import { countText } from './figure.js';
import { judgeSharedAudit, notWritten, unseenWords } from './shared-effects.js';

/** Beyond this the audit counts as not keeping up, whatever it says of itself. */
const AUDIT_LAG_MS_MAX = 5_000;

/**
 * Decisions and the rows that prove them. The founding incident was 22 hours of "healthy" with no
 * row at all, so the rows are counted here and nobody's word is taken for them.
 */
export function judgeAudit(status: EngineStatus): Verdict {
  const { audit, outputs } = status;
  const decisions = (outputs.RiskDecided ?? NOTHING_SEEN).count;
  const rows = audit.rowsCommitted['risk_events'] ?? 0;
  const missing = decisions - rows;
  if (audit.state !== 'ok') return { word: 'STALLED', reason: auditSentence(status) };
  if (audit.lagMs > AUDIT_LAG_MS_MAX) {
    return { word: 'STALLED', reason: `the oldest batch has waited ${durationText(audit.lagMs)}` };
  }
  if (status.shared !== undefined) return judgeSharedAudit(status, status.shared);
  if (missing > 0 && audit.lagMs === 0) {
    const counts = `${countText(decisions)} decisions, ${countText(rows)} rows in risk_events`;
    return { word: 'STALLED', reason: `${counts}, and nothing waits: rows are missing` };
  }
  if (decisions === 0) return { word: 'IDLE', reason: 'no decision since the start' };
  const waiting = missing > 0 ? `, ${countText(missing)} are on their way` : '';
  return { word: 'OK', reason: `${countText(rows)} rows in risk_events${waiting}` };
}

/** `audit STALLED for 12 s: no answer; 341 decisions wait in the spool; orders stopped`. */
export function auditSentence(status: EngineStatus): string {
  const { audit, observedAtMs, shared } = status;
  const forMs = audit.sinceMs === null ? null : observedAtMs - audit.sinceMs;
  const since = forMs === null ? '' : ` for ${durationText(forMs)}`;
  const waiting = shared === undefined ? decisionsWaiting(status) : inputsNotWritten(shared);
  const what = shared === undefined ? 'decisions' : 'folded inputs';
  const wait = `${countText(waiting)} ${what} wait ${placeOfWaiting(status)}`;
  const unseen = shared === undefined ? null : unseenWords(status, shared);
  switch (audit.state) {
    case 'ok':
      if (unseen !== null) return `audit UNKNOWN: ${unseen}`;
      if (waiting === 0) {
        const all = shared === undefined ? 'every decision has its row' : 'all folded is on record';
        return `audit OK: ${all}`;
      }
      return shared === undefined
        ? `audit OK: ${countText(waiting)} decisions on their way, ${durationText(audit.lagMs)} old`
        : `audit OK: ${countText(waiting)} folded inputs on their way`;
    case 'stalled':
      return `audit STALLED${since}: ${audit.reason || 'no reason given'}; ${wait}; orders stopped`;
    case 'recovering':
      return `audit RECOVERING${since}: ${wait} and drain in order; orders stopped until then`;
  }
}

function decisionsWaiting({ audit, outputs }: EngineStatus): number {
  const rows = audit.rowsCommitted['risk_events'] ?? 0;
  return Math.max(0, (outputs.RiskDecided ?? NOTHING_SEEN).count - rows);
}

function inputsNotWritten({ shards }: SharedRunStatus): number {
  return shards.reduce((count, shard) => count + notWritten(shard), 0);
}

function placeOfWaiting({ audit, shared }: EngineStatus): string {
  if (shared !== undefined) return 'in the event log';
  return audit.spoolBatches > 0 ? 'in the spool' : 'in memory';
}
