import { jsonOrNull } from './json-or-null.js';

/**
 * What a running engine says of itself, several times a second, and only while its loops go round.
 * `stopped` is its goodbye: whoever ends without it has died.
 */
export type HeartbeatPhase = 'running' | 'draining' | 'stopped';

export interface Heartbeat {
  readonly pid: number;
  /** When the process began, in the system's own words, and the boot: a pid alone proves nothing. */
  readonly startTime: string;
  readonly bootId: string;
  readonly startedAtMs: number;
  readonly runId: string;
  readonly phase: HeartbeatPhase;
  /** Of the engine's loop; of the one that goes round least where there are several. */
  readonly turns: number;
  /** From 1, one more with every beat: a clock that jumps does not move it. */
  readonly beat: number;
  readonly atMs: number;
}

export type HeartbeatReading =
  | { readonly state: 'present'; readonly heartbeat: Heartbeat }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string };

const PHASES: readonly string[] = ['running', 'draining', 'stopped'];
/** A record is never shorter or longer, so that writing in place needs no truncation. */
export const HEARTBEAT_BYTES = 512;

/** One line of a fixed length. The beat stands at both ends, so that half a write shows. */
export function encodeHeartbeat(heartbeat: Heartbeat): string {
  const { beat, ...rest } = heartbeat;
  const text = JSON.stringify({ beat, ...rest, end: beat });
  return `${text.padEnd(HEARTBEAT_BYTES - 1)}\n`;
}

export function decodeHeartbeat(text: string): HeartbeatReading {
  const found = objectOrNull(text);
  if (found === null) return { state: 'unreadable', why: 'it is no heartbeat of cdb' };
  const { beat, end, pid, startTime, bootId, startedAtMs, runId, phase, turns, atMs } = found;
  const numbers = [beat, pid, startedAtMs, turns, atMs];
  const texts = [startTime, bootId, runId, phase];
  if (beat !== end) return { state: 'unreadable', why: 'it is half written' };
  if (
    !numbers.every((one) => Number.isSafeInteger(one)) ||
    !texts.every((one) => typeof one === 'string') ||
    !PHASES.includes(String(phase))
  ) {
    return { state: 'unreadable', why: 'it is not whole' };
  }
  return { state: 'present', heartbeat: found as unknown as Heartbeat };
}

/** By hand: the watchdog stays small. */
function objectOrNull(text: string): Readonly<Record<string, unknown>> | null {
  const value = jsonOrNull(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}
