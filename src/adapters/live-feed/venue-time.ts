import type { Clock } from '../../engine/ports/clock.js';
import { boundedBody } from '../bounded-body.js';

const ANSWER_BYTES_MAX = 4_096;

export interface VenueTime {
  readonly venueMs: number;
  readonly roundTripMs: number;
}

/**
 * Asks a venue for its time (`GET …/api/v3/time`).
 * @returns null when it does not answer in time, or not with a time: the clock then rests on frames
 */
export async function askVenueTime(
  url: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<VenueTime | null> {
  const startedAtMs = clock.monotonicMs();
  try {
    const answer = await fetch(url, { signal, redirect: 'error' });
    const text = await boundedBody(answer, ANSWER_BYTES_MAX);
    // To the end of the answer: the venue may have said its time before or behind a pause.
    const roundTripMs = Math.ceil(clock.monotonicMs() - startedAtMs);
    const venueMs = answer.ok && text !== null ? serverTimeOf(text) : null;
    return venueMs === null ? null : { venueMs, roundTripMs };
  } catch {
    return null;
  }
}

/** The member `serverTime` of an answer; null: there is none. */
export function serverTimeOf(text: string): number | null {
  const digits = /"serverTime"\s*:\s*(\d{13})\b/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
