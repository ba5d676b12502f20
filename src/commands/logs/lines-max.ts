/** So many are held in memory at once, of 8 KiB at most each. */
export const LOG_LINES_MAX = 10_000;
