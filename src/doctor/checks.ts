import type { Check } from './check.js';
import { CONFIG_CHECKS } from './config/checks.js';
import { HOST_CHECKS } from './host/checks.js';
import { LOG_CHECKS } from './logs/checks.js';
import { MONITORING_CHECKS } from './monitoring/checks.js';
import { PIPELINE_CHECKS } from './pipeline/checks.js';
import { POSTGRES_CHECKS } from './postgres/checks.js';
import { REDIS_CHECKS } from './redis/checks.js';
import { REPOSITORY_CHECKS } from './repository/checks.js';
import { SAFETY_CHECKS } from './safety/checks.js';
import { SERVICE_CHECKS } from './services/checks.js';
import { VENUE_CHECKS } from './venue/checks.js';

/** All that is examined, in the order in which it is listed. */
export const CHECKS: readonly Check[] = [
  ...CONFIG_CHECKS,
  ...HOST_CHECKS,
  ...SERVICE_CHECKS,
  ...POSTGRES_CHECKS,
  ...REDIS_CHECKS,
  ...PIPELINE_CHECKS,
  ...SAFETY_CHECKS,
  ...VENUE_CHECKS,
  ...LOG_CHECKS,
  ...REPOSITORY_CHECKS,
  ...MONITORING_CHECKS,
];
