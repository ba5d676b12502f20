import type { Config } from '../../config/parse-config.js';
import type { ApiCredentials } from '../../config/watchdog-credentials.js';
import type { AlarmPlace } from '../../engine/ports/alarm-place.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { OpenOrders } from '../../engine/ports/open-orders.js';
import type { WatchdogPorts } from '../../engine/watchdog/watchdog-ports.js';
import type { KillSwitchServices } from '../kill-switch/kill-switch-ports.js';

/** What lies in one state directory. */
export interface WatchdogFiles {
  readonly alarm: AlarmPlace;
  readonly ledger: Ledger;
}

/** The state directory is taken: nobody else watches it until `release`. */
export interface TakenWatch {
  readonly ports: Omit<WatchdogPorts, 'halter' | 'orders' | 'tell'>;
  release(): void;
}

export interface WatchdogServices extends KillSwitchServices {
  watchdogFiles(stateDir: string): Promise<WatchdogFiles>;
  /**
   * @returns null while there is no such directory
   * @throws OperatorError (exit 6) naming the watchdog that has it
   */
  takeWatch(stateDir: string, does: string): Promise<TakenWatch | null>;
  /** Waits so long, or until the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** The venue's open orders, with the watchdog's own key. */
  openOrders(config: Config, credentials: ApiCredentials): Promise<OpenOrders>;
}
