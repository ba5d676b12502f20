/** Worst first. UNKNOWN: the evidence does not say it, which is no pass. */
export const CRITERION_WORDS = ['ABORT', 'FAIL', 'UNKNOWN', 'INVESTIGATE', 'WARN', 'PASS'] as const;
export type CriterionWord = (typeof CRITERION_WORDS)[number];

/** One rule over one figure. */
export interface Criterion<Figure extends string> {
  readonly id: string;
  readonly figure: Figure;
  readonly demands: string;
  readonly judge: (value: number) => CriterionWord;
}

export interface JudgedCriterion {
  readonly id: string;
  readonly demands: string;
  readonly value: number | null;
  readonly word: CriterionWord;
}

export interface CriteriaVerdict {
  /** The worst of all. */
  readonly verdict: CriterionWord;
  readonly criteria: readonly JudgedCriterion[];
}

/** Null for what the evidence does not say, or says impossibly. */
export type Figures<Figure extends string> = Readonly<Record<Figure, number | null>>;

export function judgeCriteria<Figure extends string>(
  rules: readonly Criterion<Figure>[],
  figures: Figures<Figure>,
): CriteriaVerdict {
  const criteria = rules.map(({ id, figure, demands, judge }) => {
    const value = figures[figure];
    return { id, demands, value, word: value === null ? 'UNKNOWN' : judge(value) };
  });
  const verdict = CRITERION_WORDS.find((word) => criteria.some((one) => one.word === word));
  return { verdict: verdict ?? 'UNKNOWN', criteria };
}

/** @returns the words in turn: the first whose condition holds, else the last one */
export function firstWord(...cases: readonly (readonly [CriterionWord, boolean])[]): CriterionWord {
  return cases.find(([, holds]) => holds)?.[0] ?? 'FAIL';
}
