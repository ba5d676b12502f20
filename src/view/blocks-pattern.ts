import type { BlockSummary } from '../engine/ports/audit-reader.js';
import { durationText } from './age.js';

/** Fewer refusals than this are no pattern. */
const PATTERN_BLOCKS_MIN = 20;

/**
 * What no row shows: nothing passes at all, or one reason refuses everything. Empty where neither is
 * so: `no approvals in 4 h 12 min: 100 % blocked by RC_002 looks like configuration, not risk at work`.
 */
export function blocksPattern(summary: BlockSummary): string {
  const { allowed, blocked, groups, by, lastAllowAtMs, firstAtMs, newestAtMs } = summary;
  if (allowed > 0 || blocked === 0 || newestAtMs === null) return '';
  const sinceMs = lastAllowAtMs ?? firstAtMs ?? newestAtMs;
  const never = lastAllowAtMs === null ? ' (never in this run)' : '';
  const span = durationText(newestAtMs - sinceMs);
  const [only] = groups;
  const one = by === 'code' && groups.length === 1 && only !== undefined;
  const looks =
    blocked >= PATTERN_BLOCKS_MIN
      ? `: 100 % blocked${one ? ` by ${only.key}` : ''} looks like configuration, not risk at work`
      : '';
  return `no approvals in ${span}${never}${looks}`;
}
