import type { Heartbeat } from '../domain/heartbeat.js';
import type { AlarmPlace } from '../ports/alarm-place.js';
import type { Clock } from '../ports/clock.js';
import type { HeartbeatPlace } from '../ports/heartbeat.js';
import type { Ledger } from '../ports/ledger.js';
import type { OpenOrders } from '../ports/open-orders.js';
import type { Tell } from './watchdog-event.js';

export interface Halted {
  readonly epoch: number;
  /** Of each place of the register; with how it was written. */
  readonly words: string;
  /** False: no place of the register could be written. */
  readonly isWritten: boolean;
}

/** The same way in which `cdb kill-switch engage` stops, and never a weaker one. */
export interface Halter {
  /** Whether the register says HALTED, for whatever reason. */
  isHalted(): boolean;
  /** The epoch of a halt whose message has this text in it; null when the register says otherwise. */
  haltedBy(text: string): number | null;
  /** Never throws. */
  halt(message: string): Halted;
  /** Tells the engine too, within a second. @returns what came of it, in words */
  tellEngine(): Promise<string>;
}

export interface WatchdogPorts {
  readonly clock: Clock;
  readonly heartbeat: Pick<HeartbeatPlace, 'read'>;
  /** Its own, for whoever asks whether somebody watches. */
  readonly own: Pick<HeartbeatPlace, 'write'>;
  readonly who: Pick<Heartbeat, 'pid' | 'startTime' | 'bootId' | 'startedAtMs'>;
  readonly alarm: AlarmPlace;
  readonly ledger: Ledger;
  readonly halter: Halter;
  /** What the system knows of that process, in words. */
  condition(heartbeat: Heartbeat): string;
  /** False when the lock that makes this the only watchdog was taken away. */
  isAlone(): boolean;
  /** Null: it has no credentials and can only halt. */
  readonly orders: OpenOrders | null;
  readonly tell: Tell;
}

export interface WatchdogSettings {
  readonly stateDir: string;
  readonly limitMs: number;
  readonly lateLooks: number;
  readonly symbols: readonly string[];
}
