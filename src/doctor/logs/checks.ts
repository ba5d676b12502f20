import type { Check } from '../check.js';

export const LOG_CHECKS: readonly Check[] = [];
