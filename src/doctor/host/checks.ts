import type { Check } from '../check.js';
import { clocks } from './clocks.js';
import { disk } from './disk.js';
import { MACHINE_CHECKS } from './machine.js';

export const HOST_CHECKS: readonly Check[] = [disk, ...MACHINE_CHECKS, clocks];
