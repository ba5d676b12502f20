import type { Check } from '../check.js';

export const POSTGRES_CHECKS: readonly Check[] = [];
