/** What a piece of text means; the theme says what that looks like. */
export type Style =
  | 'plain'
  | 'dim'
  | 'title'
  | 'good'
  | 'warn'
  | 'bad'
  | 'key'
  /** The selected row. */
  | 'selected'
  /** Changed within the last second. */
  | 'changed'
  /** The banner while trading is stopped, and the kill overlay. */
  | 'alarm';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One row of the screen. May be narrower than it; the writer cuts what is wider, and cleans it. */
export type Line = readonly Span[];

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}
