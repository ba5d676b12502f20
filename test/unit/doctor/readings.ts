import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { FactName, Facts, Readings } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import type { Host } from '../../../src/doctor/host/facts.js';
import type { Reading } from '../../../src/doctor/reading.js';
import type { Clock } from '../../../src/engine/ports/clock.js';

export const NOW_MS = Date.parse('2026-02-09T14:30:00Z');

/** Limits pass at once for what never answers, and never for what does. */
export const TEST_CLOCK: Clock = {
  nowMs: () => NOW_MS,
  monotonicMs: () => 0,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
};

export const HOST: Host = {
  name: 'host',
  upMs: 3_600_000,
  memoryBytes: 8_000_000_000,
  memoryAvailableBytes: 6_000_000_000,
  loadPerCore: 0.2,
  disks: [{ path: '/state', sizeBytes: 100_000_000_000, freeBytes: 60_000_000_000 }],
};

const ABSENT: Reading<never> = { state: 'absent', why: 'not configured' };

const NAMES: Readonly<Record<FactName, true>> = {
  config: true,
  thresholds: true,
  secrets: true,
  stackVariables: true,
  host: true,
  containers: true,
  services: true,
  engineProcess: true,
  postgres: true,
  tables: true,
  database: true,
  drift: true,
  migrations: true,
  written: true,
  chains: true,
  stack: true,
  redisServer: true,
  samples: true,
  ticks: true,
  engine: true,
  counters: true,
  trading: true,
  register: true,
  drills: true,
  ledger: true,
  deliveryGate: true,
  watchdog: true,
  tradingMode: true,
  canary: true,
  auditKey: true,
  killSwitchFiles: true,
  killSwitchSaid: true,
  venue: true,
  logs: true,
  rules: true,
  panels: true,
  monitoringFiles: true,
  metricNames: true,
  prometheus: true,
  panelSql: true,
  dailyReports: true,
  unknownFigures: true,
  repository: true,
  ciRuns: true,
  issues: true,
  workflows: true,
  protection: true,
  gateRuns: true,
  gateOutput: true,
};

/** Facts that were read just now; all others are absent. */
export function readingsWith(facts: Partial<Facts>, observedAtMs = NOW_MS): Readings {
  const read = Object.entries(facts).map(([name, value]) => {
    return [name, { state: 'read', value, observedAtMs, source: `test ${name}` }] as const;
  });
  const absent = Object.keys(NAMES).map((name) => [name, ABSENT] as const);
  const readings: object = Object.fromEntries([...absent, ...read]);
  return readings as Readings;
}

/** What the check of that id finds, with all that it comes after. */
export async function findingOf(id: string, facts: Partial<Facts>): Promise<Finding> {
  const readings = readingsWith(facts);
  const clock = TEST_CLOCK;
  const findings = await examine(CHECKS, { readings, nowMs: NOW_MS, limitMs: 1_000, clock });
  const finding = findings.find((one) => one.id === id);
  if (finding === undefined) throw new Error(`no check ${id}`);
  return finding;
}
