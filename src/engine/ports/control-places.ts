import type { ControlRecord } from '../domain/control.js';

/**
 * One place of the control register. `absent` is not `unreadable`: the first is normal in an empty
 * state directory, the second always counts as HALTED.
 */
export type ControlReading =
  | { readonly state: 'present'; readonly record: ControlRecord }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string };

export interface ControlPlace {
  readonly name: string;
  /** Never throws. */
  read(): ControlReading;
  /** Durable when it returns. Throws DependencyError. */
  write(record: ControlRecord): void;
}
