import type { RedisFacts } from '../../doctor/redis/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function redisProbes(_place: DoctorPlace): Probes<RedisFacts> {
  return {
    stack: absentProbe('not built yet'),
  };
}
