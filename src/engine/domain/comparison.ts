/** What passes, so that a NaN, which compares as false, refuses. */
export type Relation = '<' | '<=' | '>' | '>=';

/**
 * One thing that a check looks at, and what it has to be. Amounts are float64, or exact with eight
 * places (bigint); `value` is null where it is missing, and what is missing never passes.
 */
export type Comparison =
  | {
      readonly relation: Relation;
      readonly value: number | bigint | null;
      readonly limit: number | bigint;
    }
  | {
      readonly relation: 'one of';
      readonly value: string | number | null;
      readonly limit: readonly (string | number)[];
    }
  /** There has to be a name. */
  | { readonly relation: 'named'; readonly value: string | null }
  /** There must be nothing; the text says what there is. */
  | { readonly relation: 'none'; readonly value: string | null };

export function holds(compared: Comparison): boolean {
  switch (compared.relation) {
    case 'one of':
      return compared.value !== null && compared.limit.includes(compared.value);
    case 'named':
      return compared.value !== null && compared.value !== '';
    case 'none':
      return compared.value === null;
    default:
      return compared.value !== null && isRelated(compared.value, compared);
  }
}

function isRelated(
  value: number | bigint,
  { relation, limit }: { readonly relation: Relation; readonly limit: number | bigint },
): boolean {
  switch (relation) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
