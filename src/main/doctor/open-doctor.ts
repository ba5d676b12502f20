import { resolve } from 'node:path';
import { writeNewFile } from '../../adapters/files/new-file.js';
import { tarGz } from '../../adapters/files/tar.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { Doctor } from '../../commands/doctor/doctor-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Probes } from '../../doctor/facts.js';
import { bundleFiles } from './bundle-files.js';
import { configProbes } from './config-probes.js';
import { hostProbes } from './host-probes.js';
import { logProbes } from './logs-probes.js';
import { monitoringProbes } from './monitoring-probes.js';
import { pipelineProbes } from './pipeline-probes.js';
import { postgresProbes } from './postgres-probes.js';
import { redisProbes } from './redis-probes.js';
import { repairRights } from './repair-rights.js';
import { repositoryProbes } from './repository-probes.js';
import { safetyProbes } from './safety-probes.js';
import { serviceProbes } from './services-probes.js';
import { venueProbes } from './venue-probes.js';
import { dayReports } from './report-files.js';
import { recordedFile } from './recorded-file.js';
import { doctorPlace, type DoctorPlace } from './doctor-place.js';

const CHECK_MS_DEFAULT = 2_000;

export async function openDoctor(options: ParsedOptions, io: CommandIo): Promise<Doctor> {
  const place = await doctorPlace(options, io);
  const live = probesOf(place);
  const from = options.text('from');
  const record = from === undefined ? null : recordedFile(resolve(io.cwd, from), live);
  return {
    probes: record?.probes ?? live,
    checkMs: place.config?.doctor.checkMs ?? CHECK_MS_DEFAULT,
    clock: place.clock,
    recordedAtMs: record?.atMs ?? null,
    stateDir: place.state.root,
    reports: dayReports(place.state),
    repair: repairRights,
    bundleFiles: () => bundleFiles(place.state),
    writeBundle: async (path, files) => {
      await writeNewFile(path, [tarGz(files, place.clock.nowMs())], 'name another --bundle');
    },
    close: async () => place.database?.close(),
  };
}

function probesOf(place: DoctorPlace): Probes {
  return {
    ...configProbes(place),
    ...hostProbes(place),
    ...serviceProbes(place),
    ...postgresProbes(place),
    ...redisProbes(place),
    ...pipelineProbes(place),
    ...safetyProbes(place),
    ...venueProbes(place),
    ...logProbes(place),
    ...monitoringProbes(place),
    ...repositoryProbes(place),
  };
}
