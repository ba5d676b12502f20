import type { ServiceFacts } from '../../doctor/services/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function serviceProbes(_place: DoctorPlace): Probes<ServiceFacts> {
  return {
    containers: absentProbe('not built yet'),
    services: absentProbe('not built yet'),
  };
}
