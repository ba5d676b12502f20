import type { ChosenFields } from '../output/row-fields.js';

/** What is behind a cursor. */
export interface Page<Row, Cursor> {
  readonly rows: readonly Row[];
  readonly cursor: Cursor;
  /** More waits: look again at once. */
  readonly more: boolean;
  /** What the operator has to know about these rows. */
  readonly notice?: string;
}

/** One look at what is new. */
export interface Look<Row, Cursor> {
  /** Null when it could not be had. */
  readonly page: Page<Row, Cursor> | null;
  /** Why no engine answers; null when one does. */
  readonly away: string | null;
  /** Who is waited for where that is no engine. */
  readonly awaited?: string;
}

/** What the plain command shows, with the words around its table. */
export interface FirstLook<Row, Cursor> extends Look<Row, Cursor> {
  readonly text: (table: string) => string;
}

/** How the rows of one command are followed. */
export interface FollowPlan<Row, Cursor> {
  readonly command: string;
  readonly fields: ChosenFields<Row>;
  readonly hasTitles?: boolean;
  /** Names a row for ever: one that was printed is not printed again. */
  readonly key: (row: Row) => string;
  /** Repeated until it brings a page. */
  readonly first: () => Promise<FirstLook<Row, Cursor>>;
  readonly look: (cursor: Cursor) => Promise<Look<Row, Cursor>>;
  /**
   * After an engine has gone: what it committed behind the last look. Null when that can't be had
   * now; asked again a few times, then the next engine has to tell it.
   */
  readonly rest?: (cursor: Cursor) => Promise<Page<Row, Cursor> | null>;
}
