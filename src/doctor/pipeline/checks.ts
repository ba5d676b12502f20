import type { Check } from '../check.js';

export const PIPELINE_CHECKS: readonly Check[] = [];
