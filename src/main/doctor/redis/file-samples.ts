import { lockedEngine } from '../../../adapters/files/engine-lock.js';
import type { Config } from '../../../config/parse-config.js';
import type { StreamSamples } from '../../../doctor/redis/facts.js';
import { withStreamFiles } from '../../operator/stream-files.js';
import type { DoctorPlace } from '../doctor-place.js';
import { sampleLimits, sampleStreams } from './stream-samples.js';

/** What our own engine has published to its directory, whether or not it runs; null: nothing. */
export async function fileSamples(
  { state, clock }: DoctorPlace,
  config: Config,
): Promise<StreamSamples | null> {
  const streams = await withStreamFiles(state.root, (log) =>
    sampleStreams(log, (name, limit) => log.tail(name, limit)),
  );
  if (streams === null) return null;
  const clockMs = clock.nowMs();
  return {
    ...{ from: 'files', clockMs, streams, misnamed: [], states: null },
    writer: streams.length === 0 ? 'nobody' : 'cdb',
    isRunning: lockedEngine(state.engineLock).holder() !== null,
    sinceMs: clockMs - config.doctor.windowMs,
    limits: sampleLimits(config, 'cdb'),
  };
}
