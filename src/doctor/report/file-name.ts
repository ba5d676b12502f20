/** `2026-02-09`, in UTC. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Of a day in UTC, without its ending. */
export function reportName(atMs: number): string {
  return `${dayOf(atMs)}_daily-shadow-check`;
}

/** `2026-02-09_daily-shadow-check.json` */
export const REPORT_JSON_NAME = /^\d{4}-\d{2}-\d{2}_daily-shadow-check\.json$/;

export const REPORT_BYTES_MAX = 16 * 1_024 * 1_024;
