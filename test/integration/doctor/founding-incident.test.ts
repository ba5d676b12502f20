import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { FactName } from '../../../src/doctor/facts.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import { readRecordedState } from '../../../src/doctor/recorded/record.js';
import { recordedProbes } from '../../../src/doctor/recorded/recorded-probes.js';
import { dayReport, type DayReport } from '../../../src/doctor/report/day-report.js';
import { reportMarkdown } from '../../../src/doctor/report/markdown.js';
import { TEST_CLOCK } from '../../unit/doctor/readings.js';

/** The recorded state of 2026-02-09 and what a report made from it must hold; made by nobody here. */
const FILE = join(import.meta.dirname, '../../fixtures/vectors/founding-incident.json');
const ALL = [...new Set(CHECKS.flatMap(({ needs, looks }) => [...needs, ...(looks ?? [])]))];

async function reportOf(value: unknown): Promise<DayReport> {
  const read = readRecordedState(value);
  if (!read.ok) throw new Error(read.why);
  const names: readonly FactName[] = ALL;
  const probes = recordedProbes(read.state, { path: 'record.json', names });
  const clock = { ...TEST_CLOCK, sleep: () => new Promise<never>(() => undefined) };
  const readings = await readFacts(probes, new Set(names), { limitMs: 1_000, clock });
  const nowMs = Date.parse(read.state.report_time);
  const findings = await examine(CHECKS, { readings, nowMs, limitMs: 1_000, clock });
  return dayReport({
    ...{ readings, findings, nowMs, tookMs: 0 },
    about: {},
    before: [],
    isWhole: true,
  });
}

function vector(): Record<string, unknown> {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;
}

describe('the report of 2026-02-09', () => {
  let report: DayReport;
  let page: string;
  beforeAll(async () => {
    report = await reportOf(vector());
    page = reportMarkdown(report);
  });

  it('fails, though 12 of 12 services are healthy', () => {
    expect(report.status).toBe('FAIL');
    expect(page).toContain('12/12 healthy');
    expect(page).toContain('| cdb_risk | healthy | 0.11 | 32.84 | 22 h | 0 |');
    expect(page).toContain('not OK: ERROR lines');
  });

  it('tells the missing table first, then the CI, then that the path moves', () => {
    const [first, second, third, ...rest] = report.top_findings;
    expect(first).toMatchObject({ level: 'P0', status: 'BLOCKER' });
    expect(first?.says).toMatch(/risk_events is missing: .*not persisted/);
    expect(second).toMatchObject({ id: 'ci.recent_runs', status: 'WARN' });
    expect(second?.figures).toMatchObject({ failed: 4, runs: 5 });
    expect(page).toContain('4/5');
    expect(third).toMatchObject({ id: 'pipeline.flow', status: 'OK' });
    expect(third?.says).toContain('ws -> signal -> risk -> execution');
    expect(rest).toEqual([]);
  });

  it('has exactly one next step, a migration that needs the gate', () => {
    expect(report.next_step).toMatchObject({ command: 'cdb migrate plan', gate: 'migrations' });
    expect(report.next_step.does).toContain('risk_events');
    expect(page.match(/Next step \(exactly one\)/g)).toHaveLength(2);
  });

  it('judges every component as it was judged then', () => {
    const matrix = report.sections.find(({ number }) => number === '3')?.rows ?? [];
    const statuses = Object.fromEntries(matrix.map(({ component, status }) => [component, status]));
    expect(statuses).toMatchObject({
      services: 'OK',
      websocket: 'OK',
      signal: 'OK',
      risk: 'BLOCKER',
      execution: 'OK',
      ci: 'WARN',
      audit_trail: 'BLOCKER',
    });
    const execution = matrix.find(({ component }) => component === 'execution');
    expect(execution?.['evidence']).toMatch(/nothing reaches it: all .*blocked.*RC_002/);
  });

  it('says how often the error came, and that its evidence is old', () => {
    expect(page).toContain('every 3-7 s');
    expect(page).toContain('older than the report by 6.5 h');
    expect(page).toContain('56 untracked files');
  });

  it('plans the migration, and turning persistence off only as what is not recommended', () => {
    const [plan] = report.fix_plan;
    expect(plan?.options.map(({ is_recommended: is }) => is)).toEqual([true, false]);
    expect(plan?.options[1]?.does).toMatch(/persistence off/);
    expect(plan?.tests_after.length).toBeGreaterThan(2);
  });

  it('is another one where the table is there and rows come', async () => {
    const healthy = vector();
    const recorded = healthy['recorded'] as Record<string, unknown>;
    recorded['database'] = {};
    recorded['metrics'] = {
      decoded_messages_total: 'active',
      signals_generated: 'active',
      orders_blocked: 10,
      risk_events_persisted: 10,
    };
    recorded['logs'] = {};
    recorded['ci_runs'] = [];
    const well = await reportOf(healthy);
    expect(well.findings.filter(({ status }) => !['OK', 'SKIP', 'WARN'].includes(status))).toEqual(
      [],
    );
  });
});

it.each([
  ['no object', 12, 'the state'],
  ['no time', { recorded: { services: [] } }, 'report_time'],
  [
    'services of another form',
    { recorded: { report_time: '2026-02-09T15:30:00Z', services: [{}] } },
    'services.0.name',
  ],
])('a record with %s is refused by name', (_, value, place) => {
  const read = readRecordedState(value);
  expect(read).toMatchObject({ ok: false, why: expect.stringContaining(place) as unknown });
});
