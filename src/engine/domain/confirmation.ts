/** So many breaches among so many newest looks are believed; a single one never is, where k > 1. */
export interface Confirmation {
  readonly breachesMin: number;
  readonly looksMax: number;
}

/** Notes one look in place. @returns true when the breach is confirmed with it */
export function confirms<T>(
  recent: (T | null)[],
  look: T | null,
  { breachesMin, looksMax }: Confirmation,
): boolean {
  recent.push(look);
  if (recent.length > looksMax) recent.splice(0, recent.length - looksMax);
  const breaches = recent.filter((one) => one !== null).length;
  return look !== null && breaches >= Math.min(breachesMin, looksMax);
}
