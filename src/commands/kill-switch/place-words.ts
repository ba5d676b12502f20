import type { PlacedReading } from '../../engine/control/register.js';

/** What a place of the register says, in one line. */
export function placeWords({ place, reading }: PlacedReading): string {
  const name = place.padEnd(12);
  if (reading.state === 'absent') return `${name} says nothing`;
  if (reading.state === 'unreadable') return `${name} UNREADABLE: ${reading.why}`;
  const { level, epoch, operator, reason } = reading.record;
  return `${name} ${level}   epoch ${epoch}   by ${operator} (${reason})`;
}

export function placeData({ place, reading }: PlacedReading): unknown {
  if (reading.state !== 'present') return { place, ...reading };
  const { level, scopes, mode, epoch, operator, reason } = reading.record;
  return { place, state: 'present', level, scopes, mode, epoch, operator, reason };
}
