import type {
  DoctorBoard,
  EngineRow,
  FindingRow,
  LatencyRow,
  StageRow,
  StagesBoard,
} from '../../../src/view/board/board.js';
import { BOARD_NOW_MS, HOUR_MS, MIN_MS, ago } from './board-time.js';

const stage = (name: string, rest: Partial<StageRow>): StageRow => ({
  name,
  word: 'OK',
  reason: 'answered in time',
  causes: 4_973,
  effects: 4_973,
  causeAtMs: ago(2_000),
  effectAtMs: ago(1_900),
  ...rest,
});

const FAKE_STAGE_ROWS: readonly StageRow[] = [
  stage('feed->trades', { causes: 112_400, effects: 112_400, causeAtMs: ago(100) }),
  stage('trades->candles', { causes: 112_400, effects: 1_322, effectAtMs: ago(7_000) }),
  stage('signals->decisions', {}),
  stage('decisions->audit rows', {
    ...{ word: 'STALLED', effects: 0, effectAtMs: null },
    reason: '4 973 decisions, no row written for 4 h 12 min',
  }),
  stage('approvals->orders', {
    ...{ word: 'IDLE', reason: 'nothing approved', causes: 0, effects: 0 },
    ...{ causeAtMs: null, effectAtMs: null },
  }),
  stage('fills->positions', {
    ...{ word: 'UNKNOWN', reason: 'no position was read yet', causes: null, effects: null },
    ...{ causeAtMs: null, effectAtMs: null },
  }),
];

const latency = (step: string, p50Ms: number | null, count = 1_200): LatencyRow => ({
  step,
  p50Ms,
  p95Ms: p50Ms === null ? null : p50Ms * 3,
  p99Ms: p50Ms === null ? null : p50Ms * 8,
  count,
});

const engine = (name: string, rest: Partial<EngineRow>): EngineRow => ({
  name,
  roles: ['feed'],
  state: 'running',
  isWell: true,
  heartbeatAtMs: ago(300),
  cpuFraction: 0.005,
  rssBytes: 55 * 2 ** 20,
  startedAtMs: ago(22 * HOUR_MS),
  restarts: 0,
  note: '',
  ...rest,
});

const FAKE_ENGINES: readonly EngineRow[] = [
  engine('feed-1', {}),
  engine('signal-1', { roles: ['signals'], heartbeatAtMs: ago(600), rssBytes: 32 * 2 ** 20 }),
  engine('risk-1', {
    ...{ roles: ['risk', 'audit'], state: 'no heartbeat', isWell: false },
    ...{ heartbeatAtMs: ago(42_000), cpuFraction: null, restarts: 2, note: '42P01 x1184' },
  }),
  engine('execution-1', { roles: ['execution'], note: 'shadow', cpuFraction: 0.31 }),
];

export const FAKE_STAGES: StagesBoard = {
  word: 'STALLED',
  reasons: ['decisions->audit rows STALLED: 4 973 decisions, no row written for 4 h 12 min'],
  notes: ['risk-1 was started again twice'],
  stages: FAKE_STAGE_ROWS,
  latencies: [
    latency('journal', 0.4),
    latency('fold', 0.02),
    latency('audit', null, 0),
    latency('publish', 1.1),
    latency('total', 1.6),
  ],
  engines: FAKE_ENGINES,
};

const finding = (id: string, rest: Partial<FindingRow> = {}): FindingRow => ({
  id,
  group: id.split('.')[0] ?? '',
  level: 'P2',
  status: 'OK',
  says: 'as it should be',
  why: '',
  remedy: '',
  ...rest,
});

const GROUPS = ['config', 'postgres', 'redis', 'streams', 'pipeline', 'safety', 'venue', 'host'];

export const FAKE_DOCTOR: DoctorBoard = {
  verdict: 'FAIL: 1 blocker',
  finishedAtMs: BOARD_NOW_MS - 21 * MIN_MS,
  counts: [
    { status: 'BLOCKER', count: 1 },
    { status: 'WARN', count: 1 },
    { status: 'OK', count: 39 },
  ],
  findings: [
    finding('pipeline.audit_persisted', {
      ...{ status: 'BLOCKER', level: 'P0', says: '0 rows for 4 973 decisions' },
      why: 'without rows nobody can prove why an order was sent or refused',
      remedy: 'cdb migrate plan',
    }),
    finding('ci.recent_runs', {
      ...{ status: 'WARN', says: '4 of 5 failed', why: 'a red build hides the next fault' },
      remedy: 'look at the newest run',
    }),
    ...Array.from({ length: 39 }, (_, at) =>
      finding(`${GROUPS[at % GROUPS.length] ?? ''}.check_${String(at + 1).padStart(2, '0')}`),
    ),
  ],
  nextStep: 'cdb migrate plan',
  needsGate: 'migrations',
  path: 'reports/doctor/2026-02-09T15-30.json',
};
