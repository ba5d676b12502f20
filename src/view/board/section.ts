/** Where what a section shows comes from. */
export type SectionSource =
  | 'engine'
  | 'Redis'
  | 'PostgreSQL'
  | 'streams on disk'
  | 'state directory'
  | 'doctor reports'
  | 'engine log';

/**
 * One part of the board with its evidence. Everything that is drawn of it passes `freshnessOf`, so
 * that no screen can show a number as if it were now.
 */
export interface Section<T> {
  readonly source: SectionSource;
  /** The newest that was read; null before the first, which is not "0" and not "none". */
  readonly value: T | null;
  /** When that was so, by this host's clock, unix ms; null while `value` is. */
  readonly asOfMs: number | null;
  /** How often it is to come. */
  readonly everyMs: number;
  /** Since when it can't be read, and why; null while it can. */
  readonly down: { readonly sinceMs: number; readonly why: string } | null;
}

/** none: nothing was ever read. old: over two intervals. stale: over five, or its source is down. */
export type Freshness = 'none' | 'fresh' | 'old' | 'stale';

const OLD_INTERVALS = 2;
const STALE_INTERVALS = 5;

export function freshnessOf(
  { asOfMs, everyMs, down }: Omit<Section<unknown>, 'source'>,
  nowMs: number,
): Freshness {
  if (asOfMs === null) return 'none';
  const intervals = (nowMs - asOfMs) / everyMs;
  if (intervals > STALE_INTERVALS || (down !== null && intervals > OLD_INTERVALS)) return 'stale';
  return intervals > OLD_INTERVALS ? 'old' : 'fresh';
}
