/** The verdict, in the ledger, of a drill that proves something. */
export const DRILL_PASS = 'PASS';
/** A stop that was proven longer ago is proven no more. */
export const DRILL_VALID_MS = 7 * 86_400_000;
