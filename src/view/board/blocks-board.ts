import type { BlockedList, BlockSummary } from '../../engine/ports/audit-reader.js';
import { blocksPattern } from '../blocks-pattern.js';
import { codeHelp } from '../code-help.js';
import type { BlockRow, BlocksBoard } from './board.js';
import { boundedRows, boundedText } from './bounded.js';
import { CounterHistory } from './counter-history.js';
import type { EnginePush } from './engine-push.js';
import { eraOf } from './figure-board.js';
import { figureNumber } from './figure-number.js';

const CODES_MAX = 200;

/** How often each code refused, over time, as the running engine counts it. */
export class CodeHistory {
  readonly #everyMs: number;
  readonly #counters = new Map<string, CounterHistory>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  note(atMs: number, push: EnginePush | null): void {
    if (push === null) {
      for (const counter of this.#counters.values()) counter.note(atMs, null);
      return;
    }
    for (const [code, figure] of Object.entries(push.view.blockedByCode)) {
      const counter = this.#counters.get(code) ?? new CounterHistory(this.#everyMs);
      counter.note(atMs, figureNumber(figure), eraOf(push));
      if (this.#counters.size < CODES_MAX) this.#counters.set(code, counter);
    }
  }

  trend(code: string, nowMs: number): BlocksBoard['codes'][number]['trend'] {
    return this.#counters.get(code)?.trend(nowMs) ?? [];
  }
}

/** @param summary by code, over `windowMs` of market time */
export function blocksBoard(
  { summary, rows }: { readonly summary: BlockSummary; readonly rows: BlocksBoard['rows'] },
  windowMs: number | null,
  trendOf: (code: string) => BlocksBoard['codes'][number]['trend'],
): BlocksBoard {
  const { blocked, allowed, lastAllowAtMs, groups } = summary;
  return {
    ...{ windowMs, blocked, allowed, lastAllowAtMs },
    codes: boundedRows(groups).map(({ key, count, lastAtMs }) => ({
      code: boundedText(key),
      count,
      shareFraction: blocked === 0 ? 0 : count / blocked,
      lastAtMs,
      ...codeHelp(key),
      trend: trendOf(key),
    })),
    rows,
    pattern: blocksPattern(summary),
  };
}

export function blockRows({ blocked }: BlockedList): readonly BlockRow[] {
  return newestFirst(blocked).map(blockRow);
}

function blockRow(row: BlockedList['blocked'][number]): BlockRow {
  return {
    decisionId: boundedText(row.decisionId),
    atMs: row.atMs,
    symbol: boundedText(row.symbol),
    side: boundedText(row.side),
    code: boundedText(row.code),
    meaning: codeHelp(row.code).meaning,
    detail: boundedText(row.detail),
    strategyId: boundedText(row.strategyId),
  };
}

/** @param rows oldest first, as every list of the audit trail is */
export function newestFirst<T>(rows: readonly T[]): readonly T[] {
  return boundedRows([...rows].reverse());
}
