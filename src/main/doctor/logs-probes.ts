import { join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { logPlaces } from '../../adapters/doctor/log-places.js';
import { logTail } from '../../adapters/doctor/log-tail.js';
import { ENGINE_LOG_NAME } from '../../adapters/files/log-file-names.js';
import type { Config } from '../../config/parse-config.js';
import type { Probes } from '../../doctor/facts.js';
import type { LogFacts, ServiceLog } from '../../doctor/logs/facts.js';
import { serviceLogs, type LogWindow, type RawLog } from '../../doctor/logs/service-logs.js';
import { zoneOffset } from '../../doctor/logs/zone.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';
import { configured, type DoctorPlace } from './doctor-place.js';

/** Of each service; ten thousand lines and more. */
const SERVICE_BYTES_MAX = 2 * 1_024 * 1_024;
const ALL_BYTES_MAX = 32 * 1_024 * 1_024;
const FILES_MAX = 8;

export function logProbes(place: DoctorPlace): Probes<LogFacts> {
  return { logs: configured(place, (config) => logsProbe(place, config)) };
}

function logsProbe(place: DoctorPlace, { doctor }: Config): Probes<LogFacts>['logs'] {
  const own = join(place.state.logs, ENGINE_LOG_NAME);
  const { logs, logsZone: zone, windowMs } = doctor;
  const foreign = logs === undefined ? undefined : resolve(place.io.cwd, logs);
  return {
    source: foreign ?? own,
    read: async (signal) => {
      const offset = zoneOffset(zone);
      if (offset === null) throw noZone(zone);
      const nowMs = place.clock.nowMs();
      const ownLogs = existsSync(own)
        ? await readService({ service: 'engine', files: [own] }, SERVICE_BYTES_MAX, signal, {
            ...{ windowMs, zone, offset, untilMs: nowMs },
          })
        : [];
      const foreignLogs =
        foreign === undefined
          ? []
          : await readForeign(foreign, signal, { windowMs, zone, offset, untilMs: null });
      const value = [...ownLogs.map((log) => ({ ...log, isOwn: true })), ...foreignLogs];
      if (value.length > 0) return { value, observedAtMs: nowMs };
      if (foreign === undefined)
        return { absent: 'no engine has written a log here, and doctor.logs is not set' };
      throw new DependencyError(`"${foreign}" has no log in it`, {
        dependency: 'logs',
        retryable: false,
      });
    },
  };
}

async function readForeign(
  path: string,
  signal: AbortSignal,
  window: LogWindow,
): Promise<readonly ServiceLog[]> {
  const places = await logPlaces(path);
  const bytes = Math.min(SERVICE_BYTES_MAX, Math.floor(ALL_BYTES_MAX / Math.max(1, places.length)));
  // A single file may hold the logs of all services.
  const bytesMax = places.length === 1 ? ALL_BYTES_MAX / 4 : bytes;
  const read: ServiceLog[] = [];
  for (const one of places) read.push(...(await readService(one, bytesMax, signal, window)));
  return read;
}

async function readService(
  { service, files }: { readonly service: string; readonly files: readonly string[] },
  bytesMax: number,
  signal: AbortSignal,
  window: LogWindow,
): Promise<readonly ServiceLog[]> {
  const place = files[0] ?? service;
  try {
    const raw = await rawLog({ service, files }, bytesMax, signal);
    // Parsing takes the whole thread; others wait for their answers.
    await setImmediate();
    signal.throwIfAborted();
    return serviceLogs(raw, window);
  } catch (fault) {
    if (signal.aborted) throw fault;
    const empty = { lines: [], newestAtMs: null, unreadable: 0, zone: window.zone };
    return [{ service, place, ...empty, fault: wordsOf(fault) }];
  }
}

async function rawLog(
  { service, files }: { readonly service: string; readonly files: readonly string[] },
  bytesMax: number,
  signal: AbortSignal,
): Promise<RawLog> {
  let lines: readonly string[] = [];
  let left = bytesMax;
  let isCut = false;
  for (const file of files.slice(0, FILES_MAX)) {
    const tail = await logTail(file, left, signal);
    lines = [...tail.lines, ...lines];
    left -= tail.lines.reduce((sum, line) => sum + line.length + 1, 0);
    isCut = tail.isCut;
    if (isCut || left <= 0) break;
  }
  return { service, place: files[0] ?? service, lines, isCut };
}

function noZone(zone: string): DependencyError {
  return new DependencyError(
    `"${zone}" is no time zone; doctor.logsZone takes UTC, +01:00, Europe/Berlin`,
    {
      ...{ dependency: 'doctor.logsZone', retryable: false },
    },
  );
}
