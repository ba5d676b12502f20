import type { Halter } from '../../engine/watchdog/watchdog-ports.js';
import type { CommandIo } from '../command-io.js';
import { stopPlaces } from '../kill-switch/engage.js';
import { placeWords } from '../kill-switch/engage-text.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';
import { engineLine, readControl, tellEngine } from '../kill-switch/kill-switch-ports.js';

const OPERATOR = 'watchdog';
const REASON = 'system_error';

/** What `cdb kill-switch engage` does, on the watchdog's own decision. */
export function killSwitchHalter(killSwitch: KillSwitch, io: CommandIo): Halter {
  let told = { epoch: 0, message: '' };
  return {
    isHalted: () => readControl(killSwitch).record.level === 'HALTED',
    haltedBy: (text) => {
      const { level, message, epoch } = readControl(killSwitch).record;
      return level === 'HALTED' && message.includes(text) ? epoch : null;
    },
    halt: (message) => {
      const { record, places } = stopPlaces(killSwitch, {
        level: 'HALTED',
        scopes: [],
        reason: REASON,
        message,
        operator: OPERATOR,
        atMs: io.nowMs(),
      });
      told = { epoch: record.epoch, message };
      return {
        epoch: record.epoch,
        words: places.map(placeWords).join(', '),
        isWritten: places.some(({ outcome }) => outcome !== null),
      };
    },
    tellEngine: async () => {
      const ack = await tellEngine(killSwitch, io, { intent: 'engage', reason: REASON, ...told });
      return engineLine(ack).trim().replace(/ {2,}/g, ' ');
    },
  };
}
