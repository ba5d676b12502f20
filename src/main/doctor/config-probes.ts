import type { ConfigFacts } from '../../doctor/config/facts.js';
import type { Probes } from '../../doctor/facts.js';
import type { DoctorPlace } from './doctor-place.js';

export function configProbes({ config, faults, clock }: DoctorPlace): Probes<ConfigFacts> {
  return {
    config: {
      source: 'flags, environment and configuration files',
      read: () => {
        const value = { faults, effective: config?.effective ?? [] };
        return Promise.resolve({ value, observedAtMs: clock.nowMs() });
      },
    },
  };
}
