import { durationText, utcText } from '../../view/age.js';
import type { Readings } from '../facts.js';
import type { Finding } from '../finding.js';
import type { Container } from '../services/facts.js';
import { section, type Section, type SectionRow } from './section.js';

const KEY_FINDINGS_MAX = 20;

/** Phases 1 and 2: what was collected, of each place that was asked. */
export function collected(
  readings: Readings,
  findings: readonly Finding[],
  nowMs: number,
): readonly Section[] {
  return [
    stackHealth(readings),
    logs(findings),
    metrics(readings),
    repository(readings),
    ci(readings, nowMs),
    issues(readings),
  ];
}

function stackHealth({ containers, services, engine }: Readings): Section {
  const [number, title] = ['1.1', 'Stack health'];
  if (containers.state === 'read') {
    const all = containers.value;
    const healthy = all.filter(isHealthy).length;
    const restarts = all.map((one) => one.restarts).filter((count) => count !== null);
    const words = [
      `${healthy}/${all.length} healthy`,
      `restarts: ${restarts.length === 0 ? 'unknown' : restarts.reduce((sum, one) => sum + one, 0)}`,
    ];
    return section(number, title, words, all.map(containerRow));
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

function containerRow(one: Container): SectionRow {
  return {
    service: one.name,
    status: one.health ?? one.state,
    'CPU %': one.cpuPercent,
    'memory MiB': one.memoryMib,
    up: one.upMs === null ? null : durationText(one.upMs),
    restarts: one.restarts,
  };
}

function logs(findings: readonly Finding[]): Section {
  const told = findings.filter(({ group, status }) => group === 'logs' && status !== 'SKIP');
  const rows = told.slice(0, KEY_FINDINGS_MAX).map(({ id, status, says }) => ({
    check: id,
    status,
    says,
  }));
  const words = rows.length === 0 ? ['no log was examined'] : [];
  return section('1.2', 'Logs', words, rows);
}

function metrics({ counters }: Readings): Section {
  const [number, title] = ['1.3', 'Metrics'];
  const newest = counters.state === 'read' ? counters.value.samples.at(-1) : undefined;
  if (newest === undefined) return section(number, title, ['no counter was examined']);
  const rows = Object.entries(newest.counters).map(([name, { value, isCapped }]) => ({
    counter: name,
    value,
    note: isCapped ? 'capped: no longer counts' : '',
  }));
  return section(number, title, [`as of ${utcText(newest.atMs)}`], rows);
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
  return section(number, title, [`${failed} of the last ${rows.length} runs failed`], rows);
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
