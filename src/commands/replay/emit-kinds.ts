/** What `cdb replay --emit` can write. */
export const EMIT_KINDS = [
  'candles',
  'regimes',
  'pct_change',
  'signals',
  'decisions',
  'orders',
  'fills',
  'envelopes',
] as const;
export type EmitKind = (typeof EMIT_KINDS)[number];
