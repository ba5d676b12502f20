import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readPrometheusText } from '../../adapters/doctor/prometheus-text.js';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { liveHolder } from '../../adapters/files/engine-lock.js';
import { heartbeatFile } from '../../adapters/files/heartbeat-file.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Config } from '../../config/parse-config.js';
import type { Probes } from '../../doctor/facts.js';
import type { Absent, Observed } from '../../doctor/reading.js';
import { expectedService, type ExpectedService } from '../../doctor/services/expected-set.js';
import type { ServiceAnswer, ServiceFacts } from '../../doctor/services/facts.js';
import { DependencyError } from '../../operator-error.js';
import { watchdogStanding } from '../watchdog/standing.js';
import { askService } from './ask-service.js';
import { askedServices, recordedScrapes, type RecordedScrape } from './asked-services.js';
import { dockerContainers, recordedContainers } from './container-records.js';
import { configured, type DoctorPlace } from './doctor-place.js';

const DOCKER = 'docker';
const SERVICES_MAX = 64;
const SCRAPE_BYTES_MAX = 4 * 1_024 * 1_024;
/** Of the time of a probe: an endpoint that hangs must not take the others along. */
const SHARE_OF_TIME = 0.7;

export function serviceProbes(place: DoctorPlace): Probes<ServiceFacts> {
  return {
    containers: configured(place, (config) => containersProbe(place, config)),
    services: configured(place, (config) => ({
      source: 'endpoints of doctor.services and doctor.scrapes',
      read: (signal) => readServices(place, config, signal),
    })),
    engineProcess: engineProbe(place),
  };
}

function containersProbe(
  place: DoctorPlace,
  { doctor }: Config,
): Probes<ServiceFacts>['containers'] {
  const { containers } = doctor;
  return {
    source: containers ?? 'containers',
    read: async (signal) => {
      if (containers === undefined) {
        return { absent: 'doctor.containers names no runtime and no record of one' };
      }
      if (containers !== DOCKER) return recordedContainers(resolve(place.io.cwd, containers));
      const { env, cwd } = place.io;
      return dockerContainers({ signal, env, cwd }, place.clock);
    },
  };
}

async function readServices(
  place: DoctorPlace,
  config: Config,
  signal: AbortSignal,
): Promise<Observed<readonly ServiceAnswer[]> | Absent> {
  const { services, checkMs } = config.doctor;
  const scrapes = recordedScrapes(config, place.io.cwd);
  const withAddress = services.filter((text) => serviceOf(text).url !== null);
  const reachable = askedServices(config, place);
  if (reachable.length + scrapes.length === 0) {
    return {
      absent:
        withAddress.length > 0
          ? 'all services are on other machines, and --offline asks none of those'
          : 'doctor.services names no endpoint, and doctor.scrapes no record',
    };
  }
  const timeoutMs = Math.round(checkMs * SHARE_OF_TIME);
  const asking = { clock: place.clock, signal, timeoutMs };
  const value = await Promise.all([
    ...reachable.slice(0, SERVICES_MAX).map((service) => askService(service, asking)),
    ...scrapes.slice(0, SERVICES_MAX).map((scrape) => recordedAnswer(scrape, place.clock)),
  ]);
  return { value, observedAtMs: place.clock.nowMs() };
}

function serviceOf(text: string): ExpectedService {
  const service = expectedService(text);
  if (service !== null) return service;
  throw new DependencyError(`doctor.services: "${text}" is not NAME or NAME=http://host:port`, {
    dependency: 'doctor.services',
    retryable: false,
  });
}

/** It proves what was there when it was recorded. */
async function recordedAnswer(
  { name: service, path }: RecordedScrape,
  clock: Clock,
): Promise<ServiceAnswer> {
  const answer = { service, url: path, health: null, status: null, isRecorded: true };
  try {
    const file = readBounded(path, SCRAPE_BYTES_MAX);
    const series = file.kind === 'text' ? readPrometheusText(file.text) : null;
    const fault = series === null ? `"${path}" is no answer of /metrics` : null;
    return { ...answer, fault, series, observedAtMs: (await stat(path)).mtimeMs };
  } catch {
    return {
      ...answer,
      fault: `"${path}" cannot be read`,
      series: null,
      observedAtMs: clock.nowMs(),
    };
  }
}

function engineProbe({ state, clock }: DoctorPlace): Probes<ServiceFacts>['engineProcess'] {
  return {
    source: state.root,
    read: () => {
      const nowMs = clock.nowMs();
      const holder = liveHolder(state.engineLock);
      const heartbeat = heartbeatFile(state.heartbeat).read();
      const value = { holder, heartbeat, watchdog: watchdogStanding(state, nowMs) };
      return Promise.resolve({ value, observedAtMs: nowMs });
    },
  };
}
