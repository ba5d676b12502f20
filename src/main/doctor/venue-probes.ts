import type { VenueFacts } from '../../doctor/venue/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function venueProbes(_place: DoctorPlace): Probes<VenueFacts> {
  return {
    venue: absentProbe('not built yet'),
  };
}
