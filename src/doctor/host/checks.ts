import type { Check } from '../check.js';

export const HOST_CHECKS: readonly Check[] = [];
