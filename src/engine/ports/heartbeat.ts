import type { Heartbeat, HeartbeatReading } from '../domain/heartbeat.js';

/** Where one process leaves its sign of life for another. */
export interface HeartbeatPlace {
  /** Never throws. */
  read(): HeartbeatReading;
  /** Replaces what is there. Not durable: a heartbeat of before a power failure is worth nothing. */
  write(heartbeat: Heartbeat): Promise<void>;
}
