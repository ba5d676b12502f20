import type { Check } from '../check.js';
import { BLOCK_REASONS } from './block-reasons.js';
import { COUNTER_RESETS, ENGINE_CHECK } from './engine-checks.js';
import { EXPOSURE_CHECKS } from './exposure-checks.js';
import { FEED_CHECKS } from './feed-checks.js';
import { FLOW_CHECK } from './flow-check.js';
import { PAIR_CHECKS } from './pair-checks.js';
import { PROCESS_CHECKS } from './process-checks.js';
import { RECORD_CHECKS } from './record-checks.js';
import { STOP_CHECK } from './stop-check.js';

export const PIPELINE_CHECKS: readonly Check[] = [
  ENGINE_CHECK,
  FLOW_CHECK,
  ...PAIR_CHECKS,
  ...FEED_CHECKS,
  BLOCK_REASONS,
  ...EXPOSURE_CHECKS,
  ...RECORD_CHECKS,
  STOP_CHECK,
  ...PROCESS_CHECKS,
  COUNTER_RESETS,
];
