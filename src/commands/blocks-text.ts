import { reasonText } from '../engine/domain/reason-codes.js';
import type { BlockSummary } from '../engine/ports/audit-reader.js';
import { durationText, utcText, whenText } from '../view/age.js';
import { countText } from '../view/figure.js';
import { shareText } from './tables/amounts.js';
import { plainText } from './tables/plain-text.js';
import { textTable, type Column } from './tables/text-table.js';

/** Fewer refusals than this are no pattern. */
const PATTERN_BLOCKS_MIN = 20;

export function codeHelp(code: string): { readonly meaning: string; readonly todo: string } {
  return reasonText(code) ?? { meaning: 'a code that this cdb does not know', todo: 'cdb version' };
}

export function blocksText(summary: BlockSummary, windowMs: number | null, nowMs: number): string {
  const { runId, newestAtMs, blocked, allowed } = summary;
  if (runId === null || newestAtMs === null) {
    return 'no data: no run has written decisions here yet\n';
  }
  const span =
    windowMs === null
      ? `since ${utcText(summary.firstAtMs ?? newestAtMs)}`
      : `in the ${durationText(windowMs)} up to ${utcText(newestAtMs)}`;
  const head = `${countText(blocked)} blocked, ${countText(allowed)} allowed ${span}`;
  const lines = [
    `${head}, newest decision ${whenText(newestAtMs, nowMs)}, run ${runId}`,
    ...othersLine(summary),
    ...attentionLines(summary),
  ];
  const table = summary.groups.length === 0 ? '' : groupTable(summary);
  return table + lines.map((line) => `${plainText(line)}\n`).join('');
}

function groupTable(summary: BlockSummary): string {
  const byCode = summary.by === 'code';
  const columns: readonly Column[] = [
    { title: summary.by, widthMax: 24 },
    { title: 'n', align: 'right' },
    { title: 'share', align: 'right' },
    { title: 'first (UTC)' },
    { title: 'last (UTC)' },
    ...(byCode ? [{ title: 'meaning' }, { title: 'try' }] : []),
  ];
  const rows = summary.groups.map((group) => {
    const help = codeHelp(group.key);
    return [
      group.key === '' ? '(none)' : group.key,
      countText(group.count),
      shareText(group.count, summary.blocked),
      utcText(group.firstAtMs).replace(' UTC', ''),
      utcText(group.lastAtMs).replace(' UTC', ''),
      ...(byCode ? [help.meaning, help.todo] : []),
    ];
  });
  return textTable(columns, rows);
}

function othersLine({ othersCount, by }: BlockSummary): readonly string[] {
  return othersCount === 0 ? [] : [`${countText(othersCount)} more blocks in other ${by} groups`];
}

/** What no row shows: nothing passes at all, or one reason refuses everything. */
function attentionLines(summary: BlockSummary): readonly string[] {
  const { allowed, blocked, groups, by, lastAllowAtMs, firstAtMs, newestAtMs } = summary;
  if (allowed > 0 || blocked === 0 || newestAtMs === null) return [];
  const sinceMs = lastAllowAtMs ?? firstAtMs ?? newestAtMs;
  const never = lastAllowAtMs === null ? ' (never in this run)' : '';
  const span = durationText(newestAtMs - sinceMs);
  const [only] = groups;
  const one = by === 'code' && groups.length === 1 && only !== undefined;
  const looks =
    blocked >= PATTERN_BLOCKS_MIN
      ? `: 100 % blocked${one ? ` by ${only.key}` : ''} looks like configuration, not risk at work`
      : '';
  return [`no approvals in ${span}${never}${looks}`];
}
