/** `not possible`: it has no credentials. `pending`: nobody knows yet whether orders rest there. */
export type CancelState = 'not possible' | 'pending' | 'confirmed';

/** Why the watchdog has halted trading, until a person says that it is understood. */
export interface WatchdogAlarm {
  /** Names one standstill of one engine. */
  readonly id: string;
  readonly raisedAtMs: number;
  /** Null when no heartbeat of it was ever read. */
  readonly pid: number | null;
  readonly runId: string | null;
  readonly silentMs: number;
  readonly limitMs: number;
  /** The evidence, in words. */
  readonly why: string;
  readonly cancel: CancelState;
}

export interface AlarmAck {
  readonly id: string;
  readonly operator: string;
  readonly justification: string;
  readonly atMs: number;
}

export type AlarmReading =
  | { readonly state: 'none' }
  | {
      readonly state: 'raised';
      readonly id: string;
      /** Null: the file is there and can't be used, which is an alarm all the same. */
      readonly alarm: WatchdogAlarm | null;
      /** What is wrong with the file; empty when nothing is. */
      readonly fault: string;
      readonly ack: AlarmAck | null;
    };

/** An alarm that nobody has acknowledged. */
export interface OpenAlarm {
  readonly id: string;
  /** Null where the file does not say. */
  readonly atMs: number | null;
  readonly words: string;
  readonly cancel: CancelState | 'unknown';
}

export function openAlarm(reading: AlarmReading): OpenAlarm | null {
  if (reading.state === 'none' || reading.ack !== null) return null;
  const { id, alarm, fault } = reading;
  if (alarm === null) return { id, atMs: null, words: fault, cancel: 'unknown' };
  return { id, atMs: alarm.raisedAtMs, words: alarm.why, cancel: alarm.cancel };
}
