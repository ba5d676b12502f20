import {
  CURSOR_BEGINNING,
  type BlockedList,
  type BlockedQuery,
  type BlockedRow,
} from '../engine/ports/audit-reader.js';
import { whenText } from '../view/age.js';
import { blockedJson, readBlockedList, readBlockedPage } from '../view/audit-json.js';
import { codeHelp } from '../view/code-help.js';
import { countText } from '../view/figure.js';
import { timeText, windowText } from './fills-text.js';
import type { AuditList } from './follow/audit-list.js';
import type { RowFields } from './output/row-fields.js';
import { plainText } from '../view/plain-text.js';

/** One refusal as it is listed: the row of the audit trail with what its code means. */
export type BlockedJson = ReturnType<typeof blockedJson> & { readonly meaning: string };

export const BLOCKED_FIELDS: RowFields<BlockedJson> = {
  at: { title: 'time (UTC)', text: ({ at }) => timeText(at) },
  symbol: { widthMax: 20, text: ({ symbol }) => symbol },
  side: { text: ({ side }) => side.toUpperCase() },
  code: { widthMax: 24, text: ({ code }) => code },
  meaning: { text: ({ meaning }) => meaning },
  detail: { text: ({ detail }) => detail },
  strategy_id: { title: 'strategy', hidden: true, text: (row) => row.strategy_id },
  decision_id: { title: 'decision', hidden: true, text: (row) => row.decision_id },
  run_id: { title: 'run', hidden: true, text: (row) => row.run_id },
};

export function blockedRow(row: BlockedRow): BlockedJson {
  return { ...blockedJson(row), meaning: codeHelp(row.code).meaning };
}

export function blockedRows(list: BlockedList): readonly BlockedJson[] {
  return list.blocked.map(blockedRow);
}

/** The lines around the table. */
export function blockedText(
  list: BlockedList,
  windowMs: number | null,
  nowMs: number,
): (table: string) => string {
  const { runId, blocked, total, newestAtMs } = list;
  if (runId === null) return () => 'no data: no run has written decisions here yet\n';
  const window = windowText(windowMs, newestAtMs);
  if (blocked.length === 0)
    return () => `${plainText(`nothing blocked ${window}, run ${runId}`)}\n`;
  const shown = `${countText(blocked.length)} of ${countText(total)} blocked ${window}`;
  const foot = `${shown}, newest ${whenText(newestAtMs, nowMs)}, run ${runId}`;
  return (table) => `${table}${plainText(foot)}\n`;
}

export function blockedSource(query: BlockedQuery): AuditList<BlockedList, BlockedRow> {
  const text = new URLSearchParams();
  if (query.windowMs !== null) text.set('window_ms', String(query.windowMs));
  return {
    path: 'blocks/list',
    query: text,
    count: query.limit,
    readList: readBlockedList,
    readPage: readBlockedPage,
    newest: (reader) => reader.blocked(query),
    after: (reader, cursor, rows) => reader.blockedAfter(cursor, rows),
    nothing: { runId: null, blocked: [], total: 0, newestAtMs: null, cursor: CURSOR_BEGINNING },
  };
}
