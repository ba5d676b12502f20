import type { Check } from '../check.js';

export const REPOSITORY_CHECKS: readonly Check[] = [];
