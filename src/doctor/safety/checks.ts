import type { Check } from '../check.js';
import { DRILL_CHECKS } from './drill-check.js';
import { GATE_CHECKS } from './gate-check.js';
import { MODE_CHECKS } from './mode-checks.js';
import { REGISTER_CHECKS } from './register-checks.js';
import { STACK_CHECKS } from './stack-checks.js';
import { TRAIL_CHECKS } from './trail-checks.js';
import { WATCH_CHECKS } from './watch-checks.js';

export const SAFETY_CHECKS: readonly Check[] = [
  ...REGISTER_CHECKS,
  ...DRILL_CHECKS,
  ...GATE_CHECKS,
  ...WATCH_CHECKS,
  ...MODE_CHECKS,
  ...TRAIL_CHECKS,
  ...STACK_CHECKS,
];
