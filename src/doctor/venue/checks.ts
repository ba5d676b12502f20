import type { Check } from '../check.js';

export const VENUE_CHECKS: readonly Check[] = [];
