import type { Check } from '../check.js';

export const SERVICE_CHECKS: readonly Check[] = [];
