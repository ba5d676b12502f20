import { eventWords } from '../../commands/run/event-lines.js';
import type { Output } from '../../engine/domain/events.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { LogFields, Logger, LogLevel } from '../../engine/ports/logger.js';

/** A file that is replayed at full speed decides thousands of times a second; nobody reads that. */
const LINES_PER_SEC_MAX = 50;
const NEVER_LEFT_OUT: ReadonlySet<Output['kind']> = new Set(['ControlApplied', 'ExitChanged']);
const SUMMARY_EVERY_MS = 60_000;

/** What the log takes of the committed facts: what moved money or stopped it, and a summary. */
export interface FactLog {
  note(fact: Output): void;
  /** Writes the summary of what was not told yet. */
  flush(): void;
}

export function factLog(log: Logger, clock: Clock): FactLog {
  let summary = emptySummary(clock.monotonicMs());
  let second = { startedMs: summary.startedMs, lines: 0, leftOut: 0 };

  const tell = (fact: Output, level: LogLevel, nowMs: number): void => {
    if (nowMs - second.startedMs >= 1_000) {
      tellLeftOut();
      second = { startedMs: nowMs, lines: 0, leftOut: 0 };
    }
    // What comes from people and from breakers is never left out.
    if (second.lines >= LINES_PER_SEC_MAX && !NEVER_LEFT_OUT.has(fact.kind)) {
      second.leftOut += 1;
      return;
    }
    const words = eventWords(fact);
    if (words === null) return;
    second.lines += 1;
    log.log(level, words[0], words[1], factFields(fact));
  };
  const tellLeftOut = (): void => {
    if (second.leftOut === 0) return;
    const lines_left_out = second.leftOut;
    const message = `facts left out: more than ${LINES_PER_SEC_MAX} in a second`;
    log.log('info', 'log', message, { lines_left_out });
  };
  const tellSummary = (nowMs: number): void => {
    const { startedMs, counts } = summary;
    if (counts.size > 0) {
      const fields = Object.fromEntries(counts);
      log.log('info', 'risk', 'decided', { in_ms: Math.round(nowMs - startedMs), ...fields });
    }
    summary = emptySummary(nowMs);
  };
  return {
    note: (fact) => {
      const counter = counterOf(fact);
      const level = factLevel(fact);
      if (counter === null && level === null) return;
      const nowMs = clock.monotonicMs();
      if (nowMs - summary.startedMs >= SUMMARY_EVERY_MS) tellSummary(nowMs);
      if (counter !== null) summary.counts.set(counter, (summary.counts.get(counter) ?? 0) + 1);
      if (level !== null && log.takes(level)) tell(fact, level, nowMs);
    },
    flush: () => {
      tellLeftOut();
      second.leftOut = 0;
      tellSummary(clock.monotonicMs());
    },
  };
}

interface Summary {
  readonly startedMs: number;
  /** `ALLOW`, `BLOCK_RC_002`, `trade_late`; reason codes and faults are closed lists. */
  readonly counts: Map<string, number>;
}

function emptySummary(startedMs: number): Summary {
  return { startedMs, counts: new Map() };
}

function counterOf(fact: Output): string | null {
  if (fact.kind === 'RiskDecided') {
    return fact.reasonCode === null ? fact.decision : `${fact.decision}_${fact.reasonCode}`;
  }
  return fact.kind === 'TradeRefused' ? `trade_${fact.fault}` : null;
}

/** Null: not in the log. Decisions are in the audit trail; the log at debug has them too. */
function factLevel(fact: Output): LogLevel | null {
  switch (fact.kind) {
    case 'ControlApplied':
      return fact.level === 'TRADING' ? 'info' : 'warn';
    case 'AlertRaised':
      return ALERT_LEVELS[fact.level];
    case 'BotStopped':
    case 'CancelRequested':
    case 'ExitChanged':
    case 'OrderRejected':
      return 'warn';
    case 'OrderFilled':
      return 'info';
    case 'OrderRefused':
      return fact.by === 'shadow' ? 'debug' : 'warn';
    case 'RiskDecided':
    case 'RegimeObserved':
    case 'AllocationDecided':
      return 'debug';
    default:
      return null;
  }
}

const ALERT_LEVELS = { INFO: 'info', WARNING: 'warn', CRITICAL: 'error' } as const;

/** `seq` finds the fact in the journal and in every stream. */
function factFields(fact: Output): LogFields {
  const at = { seq: fact.ref.seq, fact_time_ms: fact.tsMs };
  if (fact.kind !== 'ControlApplied') return at;
  const { operator, reason, message, previousLevel } = fact;
  return { ...at, operator, reason, text: message, previous_level: previousLevel };
}
