import type { Check } from '../check.js';
import { EXPOSURE_CHECKS } from './exposure.js';
import { FIELD_CHECKS } from './field-checks.js';
import { FIGURE_CHECKS } from './figures.js';
import { FLOW_CHECKS } from './flow-checks.js';
import { STATE_CHECKS } from './market-state.js';
import { MEMORY_CHECKS } from './memory-checks.js';
import { ORDER_CHECKS } from './order-checks.js';
import { RESTART_CHECKS } from './restarts.js';
import { REDIS_SERVER_CHECKS } from './server-checks.js';
import { STREAM_CHECKS } from './stream-checks.js';
import { TICK_CHECKS } from './tick-checks.js';
import { TOPIC_CHECKS } from './topic-checks.js';

/** Groups "redis" and "streams". */
export const REDIS_CHECKS: readonly Check[] = [
  ...REDIS_SERVER_CHECKS,
  ...RESTART_CHECKS,
  ...MEMORY_CHECKS,
  ...STREAM_CHECKS,
  ...TOPIC_CHECKS,
  ...FLOW_CHECKS,
  ...STATE_CHECKS,
  ...TICK_CHECKS,
  ...FIELD_CHECKS,
  ...FIGURE_CHECKS,
  ...ORDER_CHECKS,
  ...EXPOSURE_CHECKS,
];
