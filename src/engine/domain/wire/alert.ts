import type { AlertRaised } from '../events.js';
import type { RunIds } from '../ids.js';
import { wholeSec, type WireObject } from './wire-value.js';

/** Alert of topic `alerts` (domain.md 2.10). */
export function alertMessage(alert: AlertRaised, ids: RunIds): WireObject {
  return {
    type: 'alert',
    level: alert.level,
    code: alert.code,
    message: alert.message,
    context: { event_id: ids.event(alert.ref), cause_id: ids.event(alert.cause) },
    timestamp: wholeSec(alert.tsMs),
  };
}
