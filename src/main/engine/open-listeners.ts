import { openControlSocket } from '../../adapters/control-socket/server.js';
import { listenForScrapes, type MetricsListener } from '../../adapters/metrics/listener.js';
import type { EngineOrder } from '../../commands/services.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { AuditReader } from '../../engine/ports/audit-reader.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import type { ControlHandlers } from '../../adapters/control-socket/routes.js';
import { progressOf } from '../../view/progress.js';
import { viewSource } from '../../view/view-source.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { Preflight } from './preflight.js';
import { pushedFrame } from './pushed-frame.js';

interface Served {
  readonly live: EngineRun;
  readonly log: EventLog;
  readonly keys: Keys;
  readonly audit: AuditReader;
  readonly intent: ControlHandlers['intent'];
  readonly socket: string;
}

/** What a second terminal and a scraper connect to. */
export async function openListeners(
  { config, onNotice }: EngineOrder,
  { live, socket, ...handlers }: Served,
  preflight: Preflight,
): Promise<MetricsListener | null> {
  const source = viewSource(() => live.status());
  preflight.closeLater(() => {
    source.close();
  });
  const onFault = (fault: unknown): void => {
    onNotice(`control socket or metrics: ${String(fault)}`);
  };
  const control = await preflight.step(
    'control socket',
    () =>
      openControlSocket({
        path: socket,
        handlers: {
          ...handlers,
          view: () => source.view(),
          progress: () => progressOf(live.status()),
        },
        frame: pushedFrame(source, handlers.log, systemClock()),
        onFault,
      }),
    ({ path }) => path,
  );
  preflight.closeLater(() => control.close());
  const { host, port } = config.metrics;
  const scrapes = await preflight.step(
    'metrics',
    () => listenForScrapes({ host, port, source, onFault }),
    (listener) => (listener === null ? 'off' : `http://${host}:${port}/metrics`),
  );
  if (scrapes !== null) preflight.closeLater(() => scrapes.close());
  return scrapes;
}
