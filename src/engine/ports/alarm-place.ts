import type { AlarmAck, AlarmReading, WatchdogAlarm } from '../domain/watchdog-alarm.js';

/** Where the watchdog leaves its alarm for engines and people. */
export interface AlarmPlace {
  /** Never throws: what can't be read is an alarm. */
  read(): AlarmReading;
  /** Durable when it returns; on a disk that takes no record, an empty file. Throws DependencyError. */
  raise(alarm: WatchdogAlarm): void;
  /** Durable when it returns. Throws DependencyError. */
  acknowledge(ack: AlarmAck): void;
}
