import type { TradeRow } from './trade-row.js';

/**
 * Gives each row of a file its time of receipt. A file has no clock, so the rows vouch for each
 * other: trusted time only advances, and a row far ahead of it is believed only if the rows behind
 * it agree. So one row from the year 2099 is refused by the core as `future`, while a real silence
 * of many minutes passes. The result depends on nothing but the rows.
 */
interface TrustedTime {
  /** @returns rows in order whose time is settled; the newest few wait for their successors */
  add(rows: readonly TradeRow[]): readonly TradeRow[];
  /** The remaining rows, at the end of the file. */
  end(): readonly TradeRow[];
}

/** Same limit as the core's: rows within it need nobody to vouch for them. */
const AHEAD_MS_MAX = 60_000;
const WITNESSES = 8;
/** Nobody can vouch for the last row of a file; a silence up to this long is believed. */
const UNWITNESSED_MS_MAX = 3_600_000;
/** The years 2001 to 2286, as at the core's door. */
const TS_MS_MIN = 1e12;
const TS_MS_MAX = 1e13;

export function trustedTime(): TrustedTime {
  let waiting: readonly TradeRow[] = [];
  let trustedMs: number | null = null;

  const settle = (rows: readonly TradeRow[], count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const row = rows[index];
      if (row === undefined) continue;
      const tsMs = validTime(row);
      if (tsMs === null) {
        row.receivedAtMs = trustedMs ?? 0;
      } else if (trustedMs !== null && tsMs <= trustedMs + AHEAD_MS_MAX) {
        row.receivedAtMs = tsMs;
        if (tsMs > trustedMs) trustedMs = tsMs;
      } else {
        const witnessed = medianTime(rows.slice(index + 1, index + 1 + WITNESSES));
        const believed = isBelieved(tsMs, trustedMs, witnessed);
        row.receivedAtMs = believed ? tsMs : (trustedMs ?? witnessed ?? 0);
        if (believed) trustedMs = tsMs;
      }
    }
  };

  return {
    add: (fresh) => {
      const rows = waiting.length === 0 ? fresh : [...waiting, ...fresh];
      const settled = Math.max(0, rows.length - WITNESSES);
      settle(rows, settled);
      waiting = rows.slice(settled);
      return rows.slice(0, settled);
    },
    end: () => {
      const rows = waiting;
      waiting = [];
      settle(rows, rows.length);
      return rows;
    },
  };
}

function isBelieved(tsMs: number, trustedMs: number | null, witnessed: number | null): boolean {
  if (witnessed !== null) return tsMs <= witnessed + AHEAD_MS_MAX;
  return trustedMs === null || tsMs <= trustedMs + UNWITNESSED_MS_MAX;
}

/** The lower median: with an even number of witnesses the cautious half decides. */
function medianTime(rows: readonly TradeRow[]): number | null {
  const times = rows.map(validTime).filter((time) => time !== null);
  times.sort((a, b) => a - b);
  return times[(times.length - 1) >>> 1] ?? null;
}

function validTime({ tsMs }: TradeRow): number | null {
  if (tsMs === null || !Number.isInteger(tsMs)) return null;
  return tsMs >= TS_MS_MIN && tsMs < TS_MS_MAX ? tsMs : null;
}
