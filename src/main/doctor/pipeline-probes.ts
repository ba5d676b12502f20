import { engineClient } from '../../adapters/control-socket/engine-client.js';
import { lockedEngine } from '../../adapters/files/engine-lock.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import { askEngine } from '../../commands/ask-engine.js';
import type { PipelineFacts } from '../../doctor/pipeline/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { readSystemView } from '../../view/view-json.js';
import { configured, type DoctorPlace } from './doctor-place.js';
import { countersProbe } from './pipeline/counters-probe.js';
import { tradingProbe } from './pipeline/trading-probe.js';

/** A healthy engine answers within milliseconds; the probes need the rest of their time. */
const ENGINE_MS_MAX = 600;

export function pipelineProbes(place: DoctorPlace): Probes<PipelineFacts> {
  const { state, clock } = place;
  const client = engineClient(lockedEngine(state.engineLock));
  const request = { method: 'GET', path: '/view', timeoutMs: ENGINE_MS_MAX } as const;
  const view = () => askEngine(client, request, readSystemView);
  return {
    engine: {
      source: 'GET /view on the control socket',
      read: async () => {
        const value = await view();
        if (value === null && openRunRegistry(state.runs).list().length === 0) {
          return { absent: 'nothing ever ran here' };
        }
        return { value, observedAtMs: value?.observedAtMs ?? clock.nowMs() };
      },
    },
    counters: configured(place, (config) => countersProbe(place, config, view)),
    trading: configured(place, (config) => tradingProbe(place, config, view)),
  };
}
