import { resolve } from 'node:path';
import { listFiles, readFiles } from '../../adapters/doctor/bounded-files.js';
import { askPrometheus } from '../../adapters/doctor/prometheus-api.js';
import { isEmptyState } from '../../adapters/files/state-directory.js';
import { metricCatalogue } from '../../adapters/metrics/catalogue.js';
import type { Config } from '../../config/parse-config.js';
import type { Probes } from '../../doctor/facts.js';
import { exposedNames } from '../../doctor/monitoring/exposed-names.js';
import type {
  DailyReports,
  MetricNames,
  MonitoringFacts,
  Prometheus,
  UnknownFigures,
} from '../../doctor/monitoring/facts.js';
import { readPrometheus } from '../../doctor/monitoring/read-prometheus.js';
import { unknownInText } from '../../doctor/monitoring/unknown-in-text.js';
import { absentProbe, type Absent, type Observed, type Probe } from '../../doctor/reading.js';
import { recordedScrapes } from './asked-services.js';
import { configured, type DoctorPlace } from './doctor-place.js';
import { readMonitoringFiles, type ReadMonitoringFiles } from './monitoring-files.js';
import { judgePanelSql } from './panel-sql.js';

const REPORT_NAME = /^\d{4}-\d{2}-\d{2}_daily-shadow-check\.json$/;
const RECORD_TAIL_BYTES = 64 * 1_024;
/** What was recorded earlier says nothing of today. */
const RECORD_MS_MAX = 26 * 3_600_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

export function monitoringProbes(place: DoctorPlace): Probes<MonitoringFacts> {
  const { clock, io } = place;
  let reading: Promise<ReadMonitoringFiles> | null = null;
  const filesOf = (config: Config) => (reading ??= readMonitoringFiles(config, io.cwd));
  const now = <T>(value: T): Observed<T> => ({ value, observedAtMs: clock.nowMs() });
  const ofFiles = <T>(
    key: 'rules' | 'dashboards',
    read: (files: ReadMonitoringFiles, config: Config) => Promise<T> | T,
  ): Probe<T> =>
    configured(place, (config) => {
      const paths = config.doctor[key];
      if (paths.length === 0) return absentProbe(`no ${key} are configured (doctor.${key})`);
      return {
        source: paths.join(', '),
        read: async () => now(await read(await filesOf(config), config)),
      };
    });
  return {
    rules: ofFiles('rules', ({ rules }) => rules),
    panels: ofFiles('dashboards', ({ panels }) => panels),
    panelSql: ofFiles('dashboards', ({ panels }, config) => judgePanelSql(panels, config)),
    monitoringFiles: configured(place, (config) => {
      const paths = [...config.doctor.rules, ...config.doctor.dashboards];
      if (paths.length === 0) return absentProbe('neither rules nor dashboards are configured');
      return {
        source: paths.join(', '),
        read: async () => {
          const { read, faults } = await filesOf(config);
          return now({ read, faults });
        },
      };
    }),
    metricNames: configured(place, (config) => ({
      source: 'recorded scrapes and the metrics of this build',
      read: () => metricNames(config, place),
    })),
    prometheus: configured(place, (config) => prometheusProbe(config, place)),
    dailyReports: {
      source: place.state.reports,
      read: async () => now(await dailyReports(place.state.reports)),
    },
    unknownFigures: configured(place, (config) => ({
      source: 'records of evidence',
      read: () => unknownFigures(config, place),
    })),
  };
}

/**
 * Our own names count where an engine of ours has run, or where nobody else is configured: another
 * stack need not export what we do.
 */
async function metricNames(
  config: Config,
  { io, clock, state }: DoctorPlace,
): Promise<Observed<MetricNames>> {
  const { doctor } = config;
  const files = await readFiles(
    recordedScrapes(config, io.cwd).map(({ path }) => path),
    ['.prom', '.txt'],
  );
  const names = new Set<string>();
  const sources: string[] = [];
  const faults: string[] = [];
  let observedAtMs = clock.nowMs();
  for (const { path, text, fault, modifiedAtMs } of files) {
    if (text === null) {
      faults.push(`recorded scrape ${path}: ${fault}`);
      continue;
    }
    const exposed = exposedNames(text);
    for (const name of exposed) names.add(name);
    sources.push(`recorded scrape ${path} (${exposed.size} names)`);
    observedAtMs = Math.min(observedAtMs, modifiedAtMs);
  }
  const others = doctor.services.length + doctor.scrapes.length;
  if (!isEmptyState(state) || (others === 0 && doctor.prometheusUrl === undefined)) {
    const own = metricCatalogue();
    for (const name of own) names.add(name);
    sources.push(`the metrics of this build (${own.length} names)`);
  }
  return { value: { names, sources, faults }, observedAtMs };
}

function prometheusProbe({ doctor }: Config, place: DoctorPlace): Probe<Prometheus> {
  const url = doctor.prometheusUrl;
  if (url === undefined) return absentProbe('no Prometheus is configured (doctor.prometheusUrl)');
  if (place.isOffline && !LOOPBACK.test(new URL(url).hostname)) {
    return absentProbe('left out by --offline: Prometheus is on another machine');
  }
  return {
    source: `Prometheus ${url}`,
    read: async (signal) => {
      const query = encodeURIComponent('{__name__=~"pg_up|redis_up"}');
      const [names, targets, rules, exporters] = await Promise.all([
        askPrometheus(url, '/api/v1/label/__name__/values', signal),
        askPrometheus(url, '/api/v1/targets?state=active', signal),
        askPrometheus(url, '/api/v1/rules', signal),
        askPrometheus(url, `/api/v1/query?query=${query}`, signal),
      ]);
      const value = readPrometheus({ names, targets, rules, exporters });
      return { value, observedAtMs: place.clock.nowMs() };
    },
  };
}

/** A name says the day, the file the hour. */
async function dailyReports(directory: string): Promise<DailyReports> {
  const reports = await listFiles(directory, REPORT_NAME);
  const last = reports.at(-1);
  const newest = last === undefined ? null : { name: last.name, writtenAtMs: last.modifiedAtMs };
  return { directory, count: reports.length, newest };
}

async function unknownFigures(
  { doctor }: Config,
  { state, io, clock }: DoctorPlace,
): Promise<Observed<UnknownFigures> | Absent> {
  const logs = doctor.logs === undefined ? [] : [resolve(io.cwd, doctor.logs)];
  const endings = ['.log', '.txt', '.json', '.jsonl'];
  const files = await readFiles([...logs, state.proofs], endings, RECORD_TAIL_BYTES);
  const nowMs = clock.nowMs();
  const fresh = files.filter(({ modifiedAtMs }) => nowMs - modifiedAtMs <= RECORD_MS_MAX);
  if (fresh.length === 0) return { absent: 'no evidence was recorded lately' };
  const found = fresh.flatMap(({ path, text }) =>
    unknownInText(text ?? '').map(({ token, count }) => ({ token, place: path, count })),
  );
  return { value: { looked: fresh.map(({ path }) => path), found }, observedAtMs: nowMs };
}
