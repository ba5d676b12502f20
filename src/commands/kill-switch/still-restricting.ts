import { whyOf } from '../../engine/domain/control.js';
import type { EverywhereControl } from './kill-switch-ports.js';

/** Places that restrict something, each with who said so and why. */
export function stillRestricting({
  readings,
}: Pick<EverywhereControl, 'readings'>): readonly string[] {
  return readings.flatMap(({ place, reading }) => {
    if (reading.state === 'absent') return [];
    if (reading.state === 'unreadable') return [`${place}: ${reading.why}`];
    const { level, scopes, operator } = reading.record;
    if (level === 'TRADING' && Object.keys(scopes).length === 0) return [];
    return [`${place}: ${level} by ${operator} (${whyOf(reading.record)})`];
  });
}
