import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';
import {
  openAlarm,
  type AlarmAck,
  type AlarmReading,
  type OpenAlarm,
  type WatchdogAlarm,
} from '../../engine/domain/watchdog-alarm.js';
import type { AlarmPlace } from '../../engine/ports/alarm-place.js';
import { errnoOf } from '../../operator-error/errno.js';
import { nodeHash } from '../node-hash.js';
import { fsyncDirectory, readBounded, writeFileAtomic } from './atomic-file.js';
import { fileFault } from './file-fault.js';
import { stateDirectory, type StateDirectory } from './state-directory.js';

const BYTES_MAX = 16 * 1024;

type Json = Readonly<Record<string, unknown>>;

/** The watchdog alone writes the alarm, whoever acknowledges it writes the other file. */
export function alarmFile({ watchdogAlarm, watchdogAck }: StateDirectory): AlarmPlace {
  return {
    read: () => readAlarm(watchdogAlarm, watchdogAck),
    raise: (alarm) => {
      try {
        raise(watchdogAlarm, alarm);
      } catch (fault) {
        throw fileFault(`Cannot write the alarm "${watchdogAlarm}"`, fault);
      }
    },
    acknowledge: (ack) => {
      try {
        writeFileAtomic(watchdogAck, `${JSON.stringify(ack)}\n`);
      } catch (fault) {
        throw fileFault(`Cannot write "${watchdogAck}"`, fault);
      }
    },
  };
}

/** What keeps trading halted beside the register; null when nothing does. Never throws. */
export function unacknowledgedAlarm(stateDir: string): OpenAlarm | null {
  return openAlarm(alarmFile(stateDirectory(stateDir)).read());
}

function raise(path: string, alarm: WatchdogAlarm): void {
  try {
    writeFileAtomic(path, `${JSON.stringify(alarm)}\n`);
  } catch (fault) {
    // A full disk still takes an empty file, and one that can't be read is an alarm too.
    if (!['ENOSPC', 'EDQUOT'].includes(errnoOf(fault))) throw fault;
    closeSync(openSync(path, 'a', 0o600));
    fsyncDirectory(dirname(path));
  }
}

function readAlarm(path: string, ackPath: string): AlarmReading {
  let text: string;
  try {
    const file = readBounded(path, BYTES_MAX);
    if (file.kind !== 'text') return unreadable(`"${path}" is ${file.kind}`, '', ackPath);
    text = file.text;
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault))) return { state: 'none' };
    return unreadable(fileFault(`Cannot read "${path}"`, fault).message, '', ackPath);
  }
  const found = objectOrNull(text);
  if (found === null || !isAlarm(found)) {
    return unreadable(`"${path}" cannot be used, and counts as an alarm`, text, ackPath);
  }
  const alarm = found as unknown as WatchdogAlarm;
  return { state: 'raised', id: alarm.id, alarm, fault: '', ack: readAck(ackPath, alarm.id) };
}

/** Named by its content: an acknowledgement of this one is none of the next. */
function unreadable(fault: string, text: string, ackPath: string): AlarmReading {
  const id = `unreadable-${nodeHash.sha256Hex(`${fault}\n${text}`).slice(0, 16)}`;
  return { state: 'raised', id, alarm: null, fault, ack: readAck(ackPath, id) };
}

/** One that can't be read acknowledges nothing. */
function readAck(path: string, id: string): AlarmAck | null {
  try {
    const file = readBounded(path, BYTES_MAX);
    const found = file.kind === 'text' ? objectOrNull(file.text) : null;
    const isWhole = found !== null && isAck(found) && found['id'] === id;
    return isWhole ? (found as unknown as AlarmAck) : null;
  } catch {
    return null;
  }
}

function isAlarm(found: Json): boolean {
  const { id, raisedAtMs, pid, runId, silentMs, limitMs, why, cancel } = found;
  return (
    [id, why].every((one) => typeof one === 'string') &&
    [raisedAtMs, silentMs, limitMs].every((one) => typeof one === 'number') &&
    (pid === null || typeof pid === 'number') &&
    (runId === null || typeof runId === 'string') &&
    ['not possible', 'pending', 'confirmed'].includes(String(cancel))
  );
}

function isAck({ id, operator, justification, atMs }: Json): boolean {
  const texts = [id, operator, justification];
  return texts.every((one) => typeof one === 'string') && typeof atMs === 'number';
}

function objectOrNull(text: string): Json | null {
  const value = jsonOrNull(text);
  return typeof value === 'object' && value !== null ? (value as Json) : null;
}
