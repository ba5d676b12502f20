import type { RepositoryFacts } from '../../doctor/repository/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function repositoryProbes(_place: DoctorPlace): Probes<RepositoryFacts> {
  return {
    repository: absentProbe('not built yet'),
    ciRuns: absentProbe('not built yet'),
    issues: absentProbe('not built yet'),
  };
}
