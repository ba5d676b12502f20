import type { ControlReading, ControlRecord } from '../domain/control.js';

export interface ControlPlace {
  readonly name: string;
  /** Never throws. */
  read(): ControlReading;
  /** Durable when it returns. Throws DependencyError. */
  write(record: ControlRecord): void;
}
