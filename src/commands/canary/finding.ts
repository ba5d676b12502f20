import type { Finding } from '../../engine/control/canary-conditions.js';

export const OK = (detail: string): Finding => ({ state: 'OK', detail });
export const FAILED = (detail: string): Finding => ({ state: 'FAILED', detail });
export const MISSING = (detail: string): Finding => ({ state: 'MISSING', detail });
