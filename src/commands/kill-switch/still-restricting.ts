import type { EverywhereControl } from './kill-switch-ports.js';

/** Places that restrict something, each with who said so and why. */
export function stillRestricting({
  readings,
}: Pick<EverywhereControl, 'readings'>): readonly string[] {
  return readings.flatMap(({ place, reading }) => {
    if (reading.state === 'absent') return [];
    if (reading.state === 'unreadable') return [`${place}: ${reading.why}`];
    const { level, scopes, operator, reason, message } = reading.record;
    if (level === 'TRADING' && Object.keys(scopes).length === 0) return [];
    const why = [reason, message].filter(Boolean).join(': ');
    return [`${place}: ${level} by ${operator} (${why})`];
  });
}
