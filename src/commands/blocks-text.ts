import type { BlockField, BlockSummary } from '../engine/ports/audit-reader.js';
import { durationText, utcText, whenText } from '../view/age.js';
import { blockSummaryJson } from '../view/audit-json.js';
import { blocksPattern } from '../view/blocks-pattern.js';
import { codeHelp } from '../view/code-help.js';
import { countText } from '../view/figure.js';
import { timeText } from './fills-text.js';
import type { RowFields } from './output/row-fields.js';
import { shareText } from './tables/amounts.js';
import { plainText } from '../view/plain-text.js';

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
    blocksPattern(summary),
  ].filter((line) => line !== '');
  const foot = lines.map((line) => `${plainText(line)}\n`).join('');
  return (table) => `${summary.groups.length === 0 ? '' : table}${foot}`;
}

function othersLine({ othersCount, by }: BlockSummary): readonly string[] {
  return othersCount === 0 ? [] : [`${countText(othersCount)} more blocks in other ${by} groups`];
}
