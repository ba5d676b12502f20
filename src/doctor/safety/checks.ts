import type { Check } from '../check.js';

export const SAFETY_CHECKS: readonly Check[] = [];
