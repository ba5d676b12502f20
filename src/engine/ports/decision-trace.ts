/** What an id can name. */
export type IdKind = 'signal' | 'decision' | 'order' | 'client order' | 'fill';

export interface IdMatch {
  readonly kind: IdKind;
  readonly id: string;
  readonly symbol: string;
}

/** One row by its column names: numbers are decimal text, times ISO text, JSON columns as they are. */
export type TraceRow = Readonly<Record<string, unknown>>;

/** All that is on record of one signal, whichever of its ids was asked for. */
export interface DecisionTrace {
  readonly matched: IdMatch;
  /** Null in each: there is no such row, or no such table. */
  readonly run: TraceRow | null;
  readonly signal: TraceRow | null;
  readonly decision: TraceRow | null;
  readonly refusal: TraceRow | null;
  /** The newest change of the kill switch that the decision knew. */
  readonly control: TraceRow | null;
  /** The last one that had closed when it was decided. */
  readonly candle: TraceRow | null;
  readonly orders: readonly TraceRow[];
  /** Oldest first. */
  readonly fills: readonly TraceRow[];
  /** Those that the fills changed, as they are now. */
  readonly positions: readonly TraceRow[];
  readonly ledger: readonly TraceRow[];
}

export type TraceAnswer =
  | { readonly found: 'one'; readonly trace: DecisionTrace }
  /** Several ids begin like that; `more`: these are not all. */
  | { readonly found: 'several'; readonly matches: readonly IdMatch[]; readonly more: boolean }
  /** `looked`: tables that are there, with their columns. */
  | { readonly found: 'none'; readonly looked: readonly string[] };
