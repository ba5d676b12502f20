/** The first attempt behind flowing data comes within this. */
const FIRST_MS = 500;
const MAX_MS = 30_000;

/**
 * How long to wait before the next attempt: doubling, at most half a minute, and drawn, so that a
 * thousand clients of a venue that was away do not come back in the same instant.
 * @param failures in a row, 1 = the first
 * @param random in [0, 1)
 * @param msMax half a minute, or what is less
 */
export function backoffMs(failures: number, random: number, msMax = MAX_MS): number {
  const ceiling = Math.min(msMax, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return failures <= 1 ? ceiling * random : (ceiling * (1 + random)) / 2;
}
