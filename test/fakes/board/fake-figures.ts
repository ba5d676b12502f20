import type {
  FigureBoard,
  FlowLine,
  Panel,
  PanelState,
  Trend,
} from '../../../src/view/board/board.js';

/** A wave between `low` and `high`. */
export function fakeTrend(low: number, high: number, length = 60): Trend {
  const middle = (low + high) / 2;
  const swing = (high - low) / 2;
  return Array.from({ length }, (_, at) => middle + swing * Math.sin(at / 2.3) * Math.cos(at / 7));
}

export const FLAT: Trend = Array.from({ length: 60 }, () => 0);

const panel = (
  row: Panel['row'],
  name: string,
  rest: { value: number | null; unit: Panel['unit']; state: PanelState } & Partial<Panel>,
): Panel => ({ name, row, note: '', trend: [], ...rest });

/** The 14, with the names and in the rows of the original dashboard. */
export const FAKE_PANELS: readonly Panel[] = [
  panel(1, 'SERVICES UP', { value: 4, unit: 'count', state: 'good', note: 'of 4' }),
  panel(1, 'POSTGRESQL', { value: 1, unit: 'up', state: 'good', note: '2 ms' }),
  panel(1, 'REDIS', { value: 1, unit: 'up', state: 'good', note: '1 ms' }),
  panel(1, 'CIRCUIT BREAKER', { value: 0, unit: 'breaker', state: 'good' }),
  panel(1, 'ERROR RATE', {
    value: 0.005,
    unit: 'per second',
    state: 'good',
    trend: fakeTrend(0, 0.01),
  }),
  panel(1, 'MIN UPTIME', { value: 79_200, unit: 'seconds', state: 'good' }),
  panel(2, '1. WS MESSAGES', {
    value: 31.2,
    unit: 'per second',
    state: 'good',
    trend: fakeTrend(18, 34),
  }),
  panel(2, '2. SIGNALS', {
    value: 0.4,
    unit: 'per second',
    state: 'warn',
    trend: fakeTrend(0.1, 0.6),
  }),
  panel(2, '3. APPROVED', { value: 0, unit: 'per second', state: 'idle', trend: FLAT }),
  panel(2, 'BLOCKED', {
    value: 1184 / 3600,
    unit: 'per second',
    state: 'bad',
    note: 'RC_002 for 4h12m',
    trend: fakeTrend(0.3, 0.34),
  }),
  panel(2, '4. FILLED', { value: 0, unit: 'per second', state: 'idle', trend: FLAT }),
  panel(3, 'Trade Flow Pipeline (Rate)', { value: 31.2, unit: 'per second', state: 'good' }),
  panel(3, 'RISK BLOCKS (Total)', { value: 4973, unit: 'count', state: 'bad' }),
  panel(3, 'Execution Status', { value: 5, unit: 'count', state: 'good' }),
];

const FAKE_FLOW: readonly FlowLine[] = [
  { name: 'trades', perSec: 31.2, trend: fakeTrend(18, 34) },
  { name: 'signals', perSec: 0.4, trend: fakeTrend(0.1, 0.6) },
  { name: 'approved', perSec: 0, trend: FLAT },
  { name: 'blocked', perSec: 1184 / 3600, trend: fakeTrend(0.3, 0.34) },
  {
    name: 'filled',
    perSec: 0,
    trend: [...Array.from({ length: 10 }, () => null), ...FLAT.slice(10)],
  },
];

export const FAKE_FIGURES: FigureBoard = {
  panels: FAKE_PANELS,
  flow: FAKE_FLOW,
  execution: { received: 5, filled: 5, rejected: 0 },
};
