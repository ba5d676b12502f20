import { locateStateDir } from '../../config/state-dir.js';
import { openAlarm, type OpenAlarm } from '../../engine/domain/watchdog-alarm.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { configLocation } from '../config-location.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { ACK_COMMAND, alarmWords } from './open-alarm.js';
import type { WatchdogServices } from './watchdog-services.js';

const NAME_CHARS_MAX = 200;
const TEXT_CHARS_MAX = 2_000;

/** A person has understood what the watchdog saw. Trading stays halted: that is for a release. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: WatchdogServices,
): Promise<number> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const { alarm: place, ledger } = await services.watchdogFiles(stateDir);
  const alarm = openAlarm(place.read());
  if (alarm === null) {
    printResult(io, {
      command: 'watchdog.ack',
      data: { acknowledged: false },
      text: () => 'nothing to acknowledge: no alarm of a watchdog is open\n',
    });
    return EXIT.OK;
  }
  const operator = (options.text('operator') ?? '').trim().slice(0, NAME_CHARS_MAX);
  const justification = (options.text('justification') ?? '').trim().slice(0, TEXT_CHARS_MAX);
  if (operator === '' || justification === '') throw unsigned(alarm, operator, justification);
  const ack = { id: alarm.id, operator, justification, atMs: io.nowMs() };
  // On record first: an acknowledgement that nobody can trace must not come into force.
  ledger.append({
    kind: 'control',
    action: 'watchdog alarm acknowledged',
    atMs: ack.atMs,
    who: operator,
    why: justification,
    details: { alarm_id: alarm.id, alarm: alarm.words, cancel: alarm.cancel },
  });
  place.acknowledge(ack);
  const next = atSamePlace('cdb kill-switch status', options);
  printResult(io, {
    command: 'watchdog.ack',
    data: { acknowledged: true, alarm_id: alarm.id, operator, justification, cancel: alarm.cancel },
    text: () =>
      [
        `ALARM ACKNOWLEDGED   ${alarm.id}`,
        `  alarm        ${plainText(alarmWords(alarm))}`,
        `  by           ${plainText(`${operator}: ${justification}`)}`,
        `trading stays halted; allow it again: ${plainText(next)}`,
        '',
      ].join('\n'),
  });
  return EXIT.OK;
}

function unsigned(alarm: OpenAlarm, operator: string, justification: string): OperatorError {
  const wanted = [
    ...(operator === '' ? ['--operator NAME'] : []),
    ...(justification === '' ? ['--justification "why it is understood"'] : []),
  ];
  return new OperatorError({
    code: 'CDB-E0343',
    what: `Cannot acknowledge the alarm: required ${wanted.join(', ')}`,
    why: plainText(alarmWords(alarm)),
    todo: ACK_COMMAND,
    exit: EXIT.REFUSED,
  });
}
