import type { WatchdogStanding } from '../../engine/ports/watchdog-standing.js';
import { plainText } from '../../view/plain-text.js';
import { watchdogWords } from '../../view/watchdog-words.js';
import { ACK_COMMAND, alarmWords } from './open-alarm.js';

/** One line, and a second one for an alarm that nobody has acknowledged. */
export function standingText(
  standing: WatchdogStanding,
  nowMs: number,
  labelWidth: number,
): string {
  const { alarm } = standing;
  const lines = [
    ['watchdog', watchdogWords(standing, nowMs)],
    ...(alarm === null
      ? []
      : [['alarm', `NOT ACKNOWLEDGED ${alarmWords(alarm)}; look at it, then: ${ACK_COMMAND}`]]),
  ];
  return lines
    .map(([label = '', words = '']) => `${label.padEnd(labelWidth)} ${plainText(words)}\n`)
    .join('');
}

export function standingJson({ state, pid, does, lookedAtMs, alarm }: WatchdogStanding) {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    state,
    pid,
    does: does === '' ? null : does,
    looked_at: time(lookedAtMs),
    alarm:
      alarm === null
        ? null
        : { id: alarm.id, at: time(alarm.atMs), words: alarm.words, cancel: alarm.cancel },
  };
}
