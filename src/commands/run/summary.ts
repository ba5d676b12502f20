import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { SharedRunStatus } from '../../engine/ports/shared-run-status.js';
import type { EndReason } from '../../engine/runner.js';
import { countText } from '../../view/figure.js';
import { envelope } from '../output/envelope.js';
import type { AskedBy } from './stop-request.js';

export function endText(status: EngineStatus, reason: EndReason, cause: AskedBy | null): string {
  const { audit, shared } = status;
  const waiting =
    audit.state === 'ok'
      ? 'drained: every decision is in the audit trail'
      : `audit ${audit.state.toUpperCase()}: ${audit.reason}; the next start commits what waits`;
  return [
    `${reason.toUpperCase()}${cause === null ? '' : ` by ${cause}`}`,
    ...(shared === undefined ? wholeLines(status) : partLines(status, shared)),
    ...(shared === undefined || shared.roles.includes('writer') ? [`  ${waiting}`] : []),
  ].join('\n');
}

function wholeLines(status: EngineStatus): readonly string[] {
  return [
    tradesLine(status),
    `  audit rows ${countText(rowsOf(status))}   inputs journaled up to ${status.seqJournaled}, committed up to ${status.seqCommitted}`,
    moneyLine(status),
  ];
}

/** Of what its roles do, so that no figure is 0 because another process has it; then of them all. */
function partLines(status: EngineStatus, shared: SharedRunStatus): readonly string[] {
  const { roles, shards, engines, engineId } = shared;
  const waiting = engines.find((engine) => engine.engineId === engineId)?.journalWaiting ?? null;
  const inputs = shards.reduce((sum, { head }) => sum + (head?.seq ?? 0), 0);
  const written = shards.reduce((sum, { head }) => sum + (head?.writtenSeq ?? 0), 0);
  return [
    `  this process: ${roles.join(', ')}${waiting === null ? '' : `   inputs that wait in its journal ${countText(waiting)}`}`,
    ...(roles.includes('pipeline') ? [tradesLine(status), moneyLine(status)] : []),
    ...(roles.includes('writer') ? [`  audit rows ${countText(rowsOf(status))}`] : []),
    `  all processes, as last seen: inputs ${countText(inputs)}, decided and on record up to ${countText(written)}`,
  ];
}

function tradesLine(status: EngineStatus): string {
  const { trades, allowed, blocked, portfolio } = status;
  const filled = status.outputs.OrderFilled?.count ?? 0;
  return `  trades ${countText(trades.count)}${refusedText(status)}   decisions ${countText(allowed.count + blocked.count)} (ALLOW ${countText(allowed.count)}, BLOCK ${countText(blocked.count)})   fills ${countText(filled)}${portfolio.book === 'real' ? '' : ' (hypothetical)'}`;
}

function moneyLine({ portfolio, digest }: EngineStatus): string {
  return `  equity ${portfolio.equityUsdt.slice(0, -6)} USDT   realised ${portfolio.realizedPnlUsdt.slice(0, -4)}   digest ${digest}`;
}

function rowsOf({ audit }: EngineStatus): number {
  return Object.values(audit.rowsCommitted).reduce((sum, count) => sum + count, 0);
}

/** Rows that were counted by reason and priced nowhere; loud when nothing else came. */
function refusedText({ trades, tradesRefused }: EngineStatus): string {
  const reasons = Object.entries(tradesRefused);
  if (reasons.length === 0) return '';
  const count = reasons.reduce((sum, [, n]) => sum + n, 0);
  const words = reasons.map(([reason, n]) => `${reason} ${countText(n)}`).join(', ');
  const all = count >= trades.count ? ' - EVERY ONE OF THEM: is this the right file?' : '';
  return ` (refused ${countText(count)}: ${words}${all})`;
}

export function summaryJson(status: EngineStatus, reason: EndReason, nowMs: number): string {
  const { runId, digest, trades, tradesRefused, allowed, blocked, audit } = status;
  const data = {
    reason,
    run_id: runId,
    digest,
    trades: trades.count,
    trades_refused: tradesRefused,
    allowed: allowed.count,
    blocked: blocked.count,
    seq_journaled: status.seqJournaled,
    seq_committed: status.seqCommitted,
    audit_state: audit.state,
  };
  return envelope('run.summary', data, nowMs);
}
