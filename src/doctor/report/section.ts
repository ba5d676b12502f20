/** One part of the report: sentences, then a table whose columns are the members of its rows. */
export interface Section {
  /** `1.1` */
  readonly number: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly rows: readonly SectionRow[];
}

/** Null is "unknown", which is not 0. */
export type SectionRow = Readonly<Record<string, string | number | null>>;

export function section(
  number: string,
  title: string,
  words: readonly string[],
  rows: readonly SectionRow[] = [],
): Section {
  return { number, title, words, rows };
}
