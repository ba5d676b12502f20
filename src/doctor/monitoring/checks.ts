import type { Check } from '../check.js';

export const MONITORING_CHECKS: readonly Check[] = [];
