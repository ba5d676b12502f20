import { durationText, utcText } from '../../view/age.js';
import type { Readings } from '../facts.js';
import { frequencyText } from '../logs/patterns.js';
import { logSummary } from '../logs/summary.js';
import type { Container } from '../services/facts.js';
import { memberKey } from '../services/member-name.js';
import { section, type Section, type SectionRow } from './section.js';

/** Phases 1 and 2: what was collected, of each place that was asked. */
export function collected(readings: Readings, nowMs: number): readonly Section[] {
  return [
    stackHealth(readings, nowMs),
    logs(readings, nowMs),
    metrics(readings),
    repository(readings),
    ci(readings, nowMs),
    issues(readings),
  ];
}

function stackHealth(readings: Readings, nowMs: number): Section {
  const { containers, services, engine } = readings;
  const [number, title] = ['1.1', 'Stack health'];
  if (containers.state === 'read') {
    const all = containers.value;
    const healthy = all.filter(isHealthy).length;
    const restarts = all.map((one) => one.restarts).filter((count) => count !== null);
    const words = [
      `${healthy}/${all.length} healthy`,
      `restarts: ${restarts.length === 0 ? 'unknown' : restarts.reduce((sum, one) => sum + one, 0)}`,
    ];
    const inError = servicesInError(readings, nowMs);
    const rows = all.map((one) => containerRow(one, inError.has(memberKey(one.name))));
    return section(number, title, words, rows);
  }
  if (services.state === 'read') {
    const rows = services.value.map(({ service, fault, health }) => ({
      service,
      status: fault ?? `health ${health?.status ?? 'unknown'}`,
    }));
    return section(number, title, [], rows);
  }
  if (engine.state === 'read' && engine.value !== null) {
    return section(number, title, [`the engine of this directory: ${engine.value.word}`]);
  }
  return section(number, title, ['no service was examined']);
}

function isHealthy({ state, health }: Container): boolean {
  return state === 'running' && (health === null || health === 'healthy');
}

/** A healthy badge says nothing of these. */
function servicesInError({ logs: reading }: Readings, nowMs: number): ReadonlySet<string> {
  const all = reading.state === 'read' ? reading.value.map((log) => logSummary(log, nowMs)) : [];
  const told = all.filter(({ verdict }) => verdict === 'REPEATS' || verdict === 'ERRORS');
  return new Set(told.map(({ service }) => memberKey(service)));
}

function containerRow(one: Container, isInError: boolean): SectionRow {
  return {
    service: one.name,
    status: one.health ?? one.state,
    'CPU %': one.cpuPercent,
    'memory MiB': one.memoryMib,
    up: one.upMs === null ? null : durationText(one.upMs),
    restarts: one.restarts,
    verdict: isInError ? 'not OK: ERROR lines' : isHealthy(one) ? 'OK' : 'not OK',
  };
}

function logs({ logs: reading }: Readings, nowMs: number): Section {
  const [number, title] = ['1.2', 'Logs'];
  if (reading.state !== 'read') return section(number, title, ['no log was examined']);
  const rows = reading.value
    .map((log) => logSummary(log, nowMs))
    .map((summary) => {
      const [most] = summary.errors;
      return {
        service: summary.service,
        lines: summary.lines,
        'error lines': summary.byLevel.error + summary.byLevel.fatal,
        'most frequent error': most?.example ?? '',
        frequency: most === undefined ? '' : frequencyText(most),
        newest: summary.newestAtMs === null ? null : utcText(summary.newestAtMs),
        verdict: summary.verdict,
      };
    });
  return section(number, title, [], rows);
}

function metrics({ counters }: Readings): Section {
  const [number, title] = ['1.3', 'Metrics'];
  const newest = counters.state === 'read' ? counters.value.samples.at(-1) : undefined;
  if (newest === undefined) return section(number, title, ['no counter was examined']);
  const rows = Object.entries(newest.counters).map(([name, { value, isCapped, isLeast }]) => ({
    counter: name,
    value,
    note: isCapped ? 'capped: no longer counts' : isLeast === true ? 'at least' : '',
  }));
  const missing = (newest.missing ?? []).map((name) => ({
    counter: name,
    value: null,
    note: 'is not there',
  }));
  return section(number, title, [`as of ${utcText(newest.atMs)}`], [...rows, ...missing]);
}

function repository({ repository: reading }: Readings): Section {
  const [number, title] = ['2.1', 'Repository'];
  if (reading.state !== 'read') return section(number, title, ['not examined']);
  const { branch, commit, subject, changedFiles, untrackedFiles } = reading.value;
  return section(number, title, [
    `branch ${branch}, ${changedFiles === 0 ? 'clean' : `${changedFiles} files changed`}`,
    `last commit ${commit ?? 'none'}${subject === null ? '' : ` ${subject}`}`,
    `${untrackedFiles} untracked files`,
  ]);
}

function ci({ ciRuns }: Readings, nowMs: number): Section {
  const [number, title] = ['2.2', 'CI'];
  if (ciRuns.state !== 'read') return section(number, title, ['not examined']);
  const rows = ciRuns.value.map(({ status, workflow, atMs }) => ({
    status,
    workflow,
    at: atMs === null ? null : utcText(atMs),
    age: atMs === null ? null : durationText(nowMs - atMs),
  }));
  const failed = ciRuns.value.filter(({ status }) => status === 'failure').length;
  return section(number, title, [`${failed}/${rows.length} newest runs failed`], rows);
}

function issues({ issues: reading }: Readings): Section {
  const [number, title] = ['2.3', 'Issues'];
  if (reading.state !== 'read') return section(number, title, ['not examined']);
  const rows = reading.value.map((issue) => ({
    number: issue.number,
    title: issue.title,
    labels: issue.labels.join(', '),
  }));
  return section(
    number,
    title,
    [`${rows.length} open issues of the labels that are watched`],
    rows,
  );
}
