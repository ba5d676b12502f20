/**
 * `cdb`: our migrations made it. `stack`: the ten services that cdb only watches. `nobody`: no table
 * of either is there.
 */
export type SchemaOwner = 'cdb' | 'stack' | 'nobody';

/** Only our migrations make these. */
const OURS = ['schema_history', 'runs', 'audit_cursor'];
/** Any of them is left of a stack of which others were dropped. */
const THEIRS = [
  'signals',
  'orders',
  'trades',
  'positions',
  'portfolio_snapshots',
  'schema_version',
  'candles_1m',
  'risk_events',
  'correlation_ledger',
  'blocked_decisions',
  'audit_trail',
];
/** Came with the version of the stack that also writes the ledger and the keys of decisions. */
const NEWER = ['candles_1m', 'candle_backfill_imports', 'correlation_ledger', 'blocked_decisions'];
/** That version says it has at least this number. */
const NEWER_VERSION = [1, 0, 5];

export function schemaOwner(relations: readonly string[]): SchemaOwner {
  if (OURS.some((name) => relations.includes(name))) return 'cdb';
  return THEIRS.some((name) => relations.includes(name)) ? 'stack' : 'nobody';
}

/** @param claimed rows of its table of versions */
export function isNewerStack(relations: readonly string[], claimed: readonly string[]): boolean {
  return NEWER.some((name) => relations.includes(name)) || claimed.some(isNewerVersion);
}

/** By number: as text 1.0.10 would come before 1.0.5. */
function isNewerVersion(version: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [at, wanted] of NEWER_VERSION.entries()) {
    const number = numbers[at] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
