export interface RowShare {
  readonly rowsMin: number;
  readonly weight: number;
}

/** Rows for each of several blocks that share `rows`: the least of each, and the rest by weight. */
export function shareRows(rows: number, shares: readonly RowShare[]): readonly number[] {
  const needed = shares.reduce((sum, { rowsMin }) => sum + rowsMin, 0);
  let spare = rows - needed;
  if (spare < 0) return shares.map((_, at) => (at === 0 ? Math.max(0, rows) : 0));
  let weights = shares.reduce((sum, { weight }) => sum + weight, 0);
  return shares.map(({ rowsMin, weight }) => {
    const more = weights === 0 ? 0 : Math.round((spare * weight) / weights);
    weights -= weight;
    spare -= more;
    return rowsMin + more;
  });
}
