import { mexcOpenOrders } from '../../adapters/mexc/open-orders.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { Config } from '../../config/parse-config.js';
import type { ApiCredentials } from '../../config/watchdog-credentials.js';
import type { OpenOrders } from '../../engine/ports/open-orders.js';

export function openMexcOrders({ feed, watchdog }: Config, key: ApiCredentials): OpenOrders {
  return mexcOpenOrders({
    ...key,
    baseUrl: feed.mexcRestUrl,
    timeoutMs: watchdog.requestTimeoutMs,
    clock: systemClock(),
  });
}
