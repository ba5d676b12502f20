import type { OpenAlarm } from '../../engine/domain/watchdog-alarm.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { utcText } from '../../view/age.js';
import { plainText } from '../../view/plain-text.js';

export const ACK_COMMAND = 'cdb watchdog ack --operator NAME --justification "..."';

/** @throws OperatorError (exit 5): whoever releases must know what the watchdog has seen */
export function refuseOpenAlarm(alarm: OpenAlarm | null): void {
  if (alarm === null) return;
  throw new OperatorError({
    code: 'CDB-E0344',
    what: 'Cannot release the kill switch: an alarm of the watchdog is not acknowledged',
    why: plainText(alarmWords(alarm)),
    todo: `look at the engine and at the open orders of the venue, then: ${ACK_COMMAND}`,
    exit: EXIT.REFUSED,
  });
}

export function alarmWords({ atMs, words, cancel }: OpenAlarm): string {
  const since = atMs === null ? '' : `since ${utcText(atMs)}: `;
  return `${since}${words}; ${cancelWords(cancel)}`;
}

function cancelWords(cancel: OpenAlarm['cancel']): string {
  switch (cancel) {
    case 'confirmed':
      return 'the venue has confirmed that no order rests';
    case 'pending':
      return 'NOT CONFIRMED that no order rests at the venue';
    case 'not possible':
      return 'orders at a venue were not touched, the watchdog has no key';
    case 'unknown':
      return 'UNKNOWN whether orders rest at the venue';
  }
}
