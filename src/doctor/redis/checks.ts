import type { Check } from '../check.js';

export const REDIS_CHECKS: readonly Check[] = [];
