import type { PlacedReading } from '../control/register.js';
import type { EngineEntry, SharedRun } from './engine-board.js';

/** What the places that several hosts reach say, to somebody who runs no engine. */
export interface SharedStanding {
  /** The one that is or was shared there. Null: none ever was, or no Redis is configured. */
  readonly run: SharedRun | null;
  /** Those of the run that live. Null: this user may not ask. */
  readonly engines: readonly EngineEntry[] | null;
  /** Of every configured place, and of the hosts that it knows. */
  readonly registers: readonly PlacedReading[];
}
