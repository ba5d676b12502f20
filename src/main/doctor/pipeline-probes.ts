import type { PipelineFacts } from '../../doctor/pipeline/facts.js';
import type { Probes } from '../../doctor/facts.js';
import { absentProbe } from '../../doctor/reading.js';
import type { DoctorPlace } from './doctor-place.js';

export function pipelineProbes(_place: DoctorPlace): Probes<PipelineFacts> {
  return {
    engine: absentProbe('not built yet'),
    counters: absentProbe('not built yet'),
  };
}
