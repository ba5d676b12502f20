/** A column of numbers in which newest rows hold NaN or an infinity. */
export interface NonFinite {
  readonly table: string;
  readonly column: string;
  readonly rows: number;
}

/** Numbers that the server gave to rows and that no row has: an INSERT took one and failed. */
export interface IdGap {
  readonly table: string;
  /** Rows of the window. */
  readonly rows: number;
  /** Between its first and its last row. */
  readonly missing: number;
  /** Given out behind its last row; null where the role may not look. */
  readonly behind: number | null;
}

/** Signals whose id stands for several moments. */
export interface RepeatedId {
  readonly table: string;
  /** Ids of the newest rows. */
  readonly ids: number;
  readonly repeated: number;
  /** One of them; null where none is. */
  readonly example: string | null;
}

/** Who wrote the same twice; null where the tables do not tell. */
export interface WriterFigures {
  /** Orders that are filled, and trades, since the oldest order of the sample. */
  readonly fills: { readonly orders: number; readonly trades: number } | null;
  /** By quantity, where each trade names its order: what was traded over what its order says. */
  readonly sizes: { readonly traded: number; readonly filled: number } | null;
  /** Orders that stand there once approved and once not. */
  readonly twins: { readonly orders: number; readonly pairs: number } | null;
  /** Trades that share venue, symbol and the venue's id with another one. */
  readonly trades: { readonly rows: number; readonly repeated: number } | null;
  /** In the window of the newest signal. */
  readonly ledger: { readonly signals: number; readonly entries: number } | null;
}
