import type { SafetyFacts } from '../../doctor/safety/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function safetyProbes(_place: DoctorPlace): Probes<SafetyFacts> {
  return {
    register: absentProbe('not built yet'),
  };
}
