import type { LogFacts } from '../../doctor/logs/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function logProbes(_place: DoctorPlace): Probes<LogFacts> {
  return {
    logs: absentProbe('not built yet'),
  };
}
