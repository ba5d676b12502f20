import type { HostFacts } from '../../doctor/host/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function hostProbes(_place: DoctorPlace): Probes<HostFacts> {
  return {
    host: absentProbe('not built yet'),
  };
}
