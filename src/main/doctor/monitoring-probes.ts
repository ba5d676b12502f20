import type { MonitoringFacts } from '../../doctor/monitoring/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function monitoringProbes(_place: DoctorPlace): Probes<MonitoringFacts> {
  return {
    rules: absentProbe('not built yet'),
    panels: absentProbe('not built yet'),
  };
}
