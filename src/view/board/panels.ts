import type { Panel, PanelState } from './board.js';

/**
 * From which value upward a panel is in which state, as the original dashboard has it (domain.md
 * 6.1): the last bound that the value has reached counts, below the first one `below`.
 */
interface PanelSpec {
  readonly name: string;
  readonly row: Panel['row'];
  readonly unit: Panel['unit'];
  readonly below: PanelState;
  readonly from: readonly (readonly [bound: number, state: PanelState])[];
}

export const PANELS = {
  services: {
    ...{ name: 'SERVICES UP', row: 1, unit: 'count', below: 'bad' },
    from: [
      [5, 'warn'],
      [8, 'good'],
    ],
  },
  postgres: { name: 'POSTGRESQL', row: 1, unit: 'up', below: 'bad', from: [[1, 'good']] },
  redis: { name: 'REDIS', row: 1, unit: 'up', below: 'bad', from: [[1, 'good']] },
  breaker: { name: 'CIRCUIT BREAKER', row: 1, unit: 'breaker', below: 'good', from: [[1, 'bad']] },
  errors: {
    ...{ name: 'ERROR RATE', row: 1, unit: 'per second', below: 'good' },
    from: [
      [0.1, 'warn'],
      [1, 'bad'],
    ],
  },
  uptime: {
    ...{ name: 'MIN UPTIME', row: 1, unit: 'seconds', below: 'bad' },
    from: [
      [60, 'warn'],
      [300, 'good'],
    ],
  },
  messages: {
    ...{ name: '1. WS MESSAGES', row: 2, unit: 'per second', below: 'idle' },
    from: [[1, 'good']],
  },
  signals: {
    ...{ name: '2. SIGNALS', row: 2, unit: 'per second', below: 'idle' },
    from: [[0.01, 'good']],
  },
  approved: {
    ...{ name: '3. APPROVED', row: 2, unit: 'per second', below: 'idle' },
    from: [[0.01, 'good']],
  },
  blocked: {
    ...{ name: 'BLOCKED', row: 2, unit: 'per second', below: 'good' },
    from: [[0.001, 'bad']],
  },
  filled: {
    ...{ name: '4. FILLED', row: 2, unit: 'per second', below: 'idle' },
    from: [[0.001, 'good']],
  },
  flow: {
    ...{ name: 'Trade Flow Pipeline (Rate)', row: 3, unit: 'per second', below: 'idle' },
    from: [[1, 'good']],
  },
  blocks: {
    ...{ name: 'RISK BLOCKS (Total)', row: 3, unit: 'count', below: 'good' },
    from: [
      [1, 'warn'],
      [10, 'bad'],
    ],
  },
  execution: {
    ...{ name: 'Execution Status', row: 3, unit: 'count', below: 'idle' },
    from: [[1, 'good']],
  },
} as const satisfies Readonly<Record<string, PanelSpec>>;

export type PanelKey = keyof typeof PANELS;

export function panelState(key: PanelKey, value: number | null): PanelState {
  if (value === null) return 'unknown';
  const { from, below }: PanelSpec = PANELS[key];
  return from.reduce<PanelState>((state, [bound, next]) => (value >= bound ? next : state), below);
}

interface PanelParts {
  readonly note?: string | undefined;
  readonly trend?: Panel['trend'];
  /** Left out: as the bounds say. */
  readonly state?: PanelState | undefined;
}

export function panel(
  key: PanelKey,
  value: number | null,
  { note = '', trend = [], state }: PanelParts = {},
): Panel {
  const { name, row, unit } = PANELS[key];
  return { name, row, unit, value, note, trend, state: state ?? panelState(key, value) };
}
