import type { FactName, Facts, Probes } from '../facts.js';
import { serviceLogs } from '../logs/service-logs.js';
import { absentProbe, type Probe } from '../reading.js';
import type { Container } from '../services/facts.js';
import { recordedCounters } from './recorded-counters.js';
import type { RecordedState } from './record.js';

const HOUR_MS = 3_600_000;

/** Probes of a record: what was written down, at the time of the record, and nothing else. */
export function recordedProbes(
  state: RecordedState,
  { path, names }: { readonly path: string; readonly names: readonly FactName[] },
): Probes {
  const observedAtMs = Date.parse(state.report_time);
  const facts = recordedFacts(state);
  const probe = (name: FactName): Probe<unknown> => {
    const value = facts[name];
    if (value === undefined) return absentProbe(`${path} says nothing of it`);
    return { source: path, read: () => Promise.resolve({ value, observedAtMs }) };
  };
  const probes: object = Object.fromEntries(names.map((name) => [name, probe(name)]));
  return probes as Probes;
}

function recordedFacts(state: RecordedState): Partial<Facts> {
  const counters = recordedCounters(state);
  return {
    ...(state.services !== undefined && { containers: state.services.map(container(state)) }),
    ...(state.logs !== undefined && { logs: logsOf(state.logs) }),
    ...(counters !== null && { counters }),
    ...(state.branch !== undefined && {
      repository: {
        path: 'as recorded',
        branch: state.branch,
        commit: state.commit ?? null,
        subject: state.commit_subject ?? null,
        changedFiles: state.worktree_clean === false ? 1 : 0,
        untrackedFiles: state.untracked_files ?? 0,
      },
    }),
    ...(state.ci_runs !== undefined && {
      ciRuns: state.ci_runs.map(({ status, workflow, at }) => ({
        ...{ status, workflow },
        atMs: timeOf(at ?? null),
      })),
    }),
    ...(state.open_issues !== undefined && {
      issues: state.open_issues.map(({ number, title, label }) => ({
        ...{ number, title },
        labels: label === null || label === undefined ? [] : [label],
      })),
    }),
  };
}

function container(state: RecordedState) {
  const none = state.restarts === 0 ? 0 : null;
  return (one: NonNullable<RecordedState['services']>[number]): Container => {
    const health = (['healthy', 'starting', 'unhealthy'] as const).find((it) => it === one.status);
    const hours = one.uptime_h ?? state.stack_uptime_h ?? null;
    return {
      name: one.name,
      state: health !== undefined || one.status === 'running' ? 'running' : stateOf(one.status),
      health: health ?? null,
      upMs: hours === null ? null : hours * HOUR_MS,
      restarts: one.restarts ?? none,
      oomKilled: null,
      cpuPercent: one.cpu_pct ?? null,
      memoryMib: one.memory_mib ?? null,
      memoryLimitMib: null,
      networks: null,
    };
  };
}

function stateOf(status: string): Container['state'] {
  const states = ['restarting', 'paused', 'exited', 'created', 'dead'] as const;
  return states.find((it) => it === status) ?? 'unknown';
}

function logsOf(logs: NonNullable<RecordedState['logs']>): Facts['logs'] {
  const window = { windowMs: HOUR_MS, zone: 'UTC', offset: () => 0, untilMs: null };
  return Object.entries(logs).flatMap(([service, lines]) =>
    serviceLogs({ service, place: 'as recorded', lines, isCut: false }, window),
  );
}

/** Times of a record that name no zone are UTC. */
function timeOf(words: string | null): number | null {
  if (words === null) return null;
  const atMs = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(words) ? words : `${words}Z`);
  return Number.isFinite(atMs) ? atMs : null;
}
