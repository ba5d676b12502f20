import { reasonText } from '../engine/domain/reason-codes.js';
import type { BlockField, BlockSummary } from '../engine/ports/audit-reader.js';
import { durationText, utcText, whenText } from '../view/age.js';
import { blockSummaryJson } from '../view/audit-json.js';
import { countText } from '../view/figure.js';
import { timeText } from './fills-text.js';
import type { RowFields } from './output/row-fields.js';
import { shareText } from './tables/amounts.js';
import { plainText } from '../view/plain-text.js';

/** Fewer refusals than this are no pattern. */
const PATTERN_BLOCKS_MIN = 20;

export interface GroupJson {
  readonly key: string;
  readonly count: number;
  /** Of all refusals of the window; 1 only when it is all of them. */
  readonly share_fraction: number;
  readonly first_at: string;
  readonly last_at: string;
  /** Of a code; null for a group by anything else. */
  readonly meaning: string | null;
  readonly todo: string | null;
}

export function groupsJson(summary: BlockSummary): readonly GroupJson[] {
  return blockSummaryJson(summary).groups.map(({ key, count, first_at, last_at }) => {
    const help = summary.by === 'code' ? codeHelp(key) : { meaning: null, todo: null };
    return { key, count, share_fraction: count / summary.blocked, first_at, last_at, ...help };
  });
}

/** A group by anything but the code has nothing to explain. */
export function groupFields(by: BlockField): RowFields<GroupJson> {
  const shown = by === 'code' ? {} : { hidden: true as const };
  return {
    key: { title: by, widthMax: 24, text: ({ key }) => (key === '' ? '(none)' : key) },
    count: { title: 'n', align: 'right', text: ({ count }) => countText(count) },
    share_fraction: {
      title: 'share',
      align: 'right',
      text: (group) => shareText(group.share_fraction, 1),
    },
    first_at: { title: 'first (UTC)', text: (group) => timeText(group.first_at) },
    last_at: { title: 'last (UTC)', text: (group) => timeText(group.last_at) },
    meaning: { ...shown, text: ({ meaning }) => meaning ?? '' },
    todo: { ...shown, title: 'try', text: ({ todo }) => todo ?? '' },
  };
}

export function codeHelp(code: string): { readonly meaning: string; readonly todo: string } {
  return reasonText(code) ?? { meaning: 'a code that this cdb does not know', todo: 'cdb version' };
}

/** The lines around the table. */
export function blocksText(
  summary: BlockSummary,
  windowMs: number | null,
  nowMs: number,
): (table: string) => string {
  const { runId, newestAtMs, blocked, allowed } = summary;
  if (runId === null || newestAtMs === null) {
    return () => 'no data: no run has written decisions here yet\n';
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
  const foot = lines.map((line) => `${plainText(line)}\n`).join('');
  return (table) => `${summary.groups.length === 0 ? '' : table}${foot}`;
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
