import type { PostgresFacts } from '../../doctor/postgres/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function postgresProbes(_place: DoctorPlace): Probes<PostgresFacts> {
  return {
    postgres: absentProbe('not built yet'),
    tables: absentProbe('not built yet'),
  };
}
