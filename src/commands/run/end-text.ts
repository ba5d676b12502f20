import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { EndReason } from '../../engine/runner.js';
import { countText } from '../../view/figure.js';
import type { AskedBy } from './stop-request.js';

/** Whether every decision of this process is in the audit trail. */
export function isOnRecord(status: EngineStatus, reason: EndReason): boolean {
  if (isWholeRun(status, reason)) return true;
  return status.audit.state === 'ok' && unwritten(status) === 0;
}

/** A shared run is finished when all of it is on record, whatever this process has seen of that. */
function isWholeRun({ shared }: EngineStatus, reason: EndReason): boolean {
  return shared !== undefined && reason === 'finished';
}

/** Alone the committer says so itself; in a shared run the writer may be another process. */
function unwritten({ shared, seqFolded, seqCommitted }: EngineStatus): number {
  return shared === undefined ? 0 : Math.max(0, seqFolded - seqCommitted);
}

/** What was done, and what is left to do. */
export function endText(status: EngineStatus, reason: EndReason, cause: AskedBy | null): string {
  return [
    `${reason.toUpperCase()}${cause === null ? '' : ` by ${cause}`}`,
    ...(isWithoutShard(status) ? otherLines(status) : foldedLines(status)),
    `  ${leftText(status, reason)}`,
  ].join('\n');
}

function isWithoutShard({ shared, digest }: EngineStatus): boolean {
  return shared !== undefined && digest === '';
}

/** Of a process that fed or wrote what others have folded. */
function otherLines({ audit, shared }: EngineStatus): readonly string[] {
  const { roles = [], shards = [] } = shared ?? {};
  const inputs = shards.reduce((sum, { head }) => sum + (head?.seq ?? 0), 0);
  const written = shards.reduce((sum, { head }) => sum + (head?.writtenSeq ?? 0), 0);
  return [
    `  ${roles.join(', ')}: it owned no shard, so decisions and fills are told by those that did`,
    ...(roles.includes('writer') ? [`  audit rows ${countText(rowsOf(audit))}`] : []),
    `  all shards, as last seen: inputs ${countText(inputs)}, decided and on record up to ${countText(written)}`,
  ];
}

function foldedLines(status: EngineStatus): readonly string[] {
  const { audit, portfolio, allowed, blocked } = status;
  const filled = status.outputs.OrderFilled?.count ?? 0;
  return [
    `  trades ${countText(status.trades.count)}${refusedText(status)}   decisions ${countText(allowed.count + blocked.count)} (ALLOW ${countText(allowed.count)}, BLOCK ${countText(blocked.count)})   fills ${countText(filled)}${portfolio.book === 'real' ? '' : ' (hypothetical)'}`,
    `  audit rows ${countText(rowsOf(audit))}   inputs journaled up to ${status.seqJournaled}, committed up to ${status.seqCommitted}`,
    `  equity ${portfolio.equityUsdt.slice(0, -6)} USDT   realised ${portfolio.realizedPnlUsdt.slice(0, -4)}   digest ${status.digest}`,
  ];
}

function rowsOf({ rowsCommitted }: EngineStatus['audit']): number {
  return Object.values(rowsCommitted).reduce((sum, count) => sum + count, 0);
}

function leftText(status: EngineStatus, reason: EndReason): string {
  const { audit, shared, seqJournaled, seqFolded } = status;
  if (isWholeRun(status, reason))
    return 'the run is finished: every decision is in the audit trail';
  if (audit.state !== 'ok') {
    return `audit ${audit.state.toUpperCase()}: ${audit.reason}; the next start commits what waits`;
  }
  const left = unwritten(status);
  if (left > 0) {
    return `NOT DRAINED: decisions of ${countText(left)} inputs are not on record; Redis keeps them, and the next writer commits them`;
  }
  const waiting = shared === undefined ? 0 : seqJournaled - seqFolded;
  if (waiting > 0) {
    return `${countText(waiting)} inputs wait in its journal; the next start gives them to the shards`;
  }
  if (!isWithoutShard(status)) return 'drained: every decision is in the audit trail';
  return 'nothing waits here; what waits in Redis is for the processes that own its shards';
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
