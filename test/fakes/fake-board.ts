import type { Board } from '../../src/view/board/board.js';
import type { Section } from '../../src/view/board/section.js';
import { BOARD_LISTS } from '../../src/view/board/tables/board-lists.js';
import { initialUi } from '../../src/tui/initial-ui.js';
import type { ListName, ListState, SelfFacts, UiState } from '../../src/tui/ui-state.js';
import { BOARD_NOW_MS, MIN_MS, ago, fakeSection } from './board/board-time.js';
import {
  FAKE_CONTROL,
  FAKE_EVENTS,
  FAKE_LEDGER,
  FAKE_LINKS,
  FAKE_LOG,
  FAKE_PERMISSIONS,
} from './board/fake-control.js';
import { FAKE_FIGURES } from './board/fake-figures.js';
import { FAKE_BLOCKS, FAKE_FILLS_BOARD, FAKE_STREAMS } from './board/fake-flow.js';
import { FAKE_DOCTOR, FAKE_STAGES } from './board/fake-stages.js';

export { BOARD_NOW_MS, fakeSection } from './board/board-time.js';

/** A shadow run in which RC_002 refuses everything and no audit row is written. */
export function fakeBoard(overrides: Partial<Board> = {}): Board {
  return {
    atMs: BOARD_NOW_MS,
    where: '.cdb',
    isOwnEngine: true,
    links: FAKE_LINKS,
    control: fakeSection('engine', FAKE_CONTROL),
    figures: fakeSection('engine', FAKE_FIGURES),
    streams: fakeSection('streams on disk', FAKE_STREAMS),
    blocks: fakeSection('engine', FAKE_BLOCKS),
    fills: fakeSection('engine', FAKE_FILLS_BOARD),
    stages: fakeSection('engine', FAKE_STAGES),
    doctor: fakeSection('doctor reports', FAKE_DOCTOR, {
      ...{ asOfMs: ago(21 * MIN_MS), everyMs: 10 * MIN_MS },
    }),
    permissions: fakeSection('state directory', FAKE_PERMISSIONS, {
      ...{ asOfMs: ago(3_000), everyMs: 5_000 },
    }),
    ledger: fakeSection('state directory', FAKE_LEDGER),
    log: fakeSection('engine log', FAKE_LOG),
    events: FAKE_EVENTS,
    ...overrides,
  };
}

const mapSections = (board: Board, change: (part: Section<never>) => Section<never>): Board => {
  const changed = Object.entries(board).map(([name, part]: [string, unknown]) =>
    part !== null && typeof part === 'object' && 'everyMs' in part
      ? [name, change(part as Section<never>)]
      : [name, part],
  );
  return Object.fromEntries(changed) as Board;
};

/** The first frame: nothing was read. */
export function unreadBoard(): Board {
  const board = mapSections(fakeBoard(), (part) => ({ ...part, value: null, asOfMs: null }));
  const links = FAKE_LINKS.map(({ name }) => ({
    ...{ name, state: 'not asked', latencyMs: null, sinceMs: null, why: '' },
  })) as unknown as Board['links'];
  return { ...board, links, events: [] };
}

/** Nothing was ever read, and it is known why. */
export function unreachableBoard(): Board {
  const down = { sinceMs: ago(42_000), why: 'connect ECONNREFUSED 127.0.0.1:6379' };
  const board = mapSections(unreadBoard(), (part) => ({ ...part, down }));
  return { ...board, links: downLinks() };
}

/** Everything was read once; 42 s ago all sources went down. */
export function staleBoard(): Board {
  const down = { sinceMs: ago(42_000), why: 'the engine does not answer' };
  const board = mapSections(fakeBoard(), (part) => ({ ...part, asOfMs: ago(42_400), down }));
  const doctor = { ...board.doctor, asOfMs: ago(3 * 60 * MIN_MS) };
  return { ...board, doctor, links: downLinks() };
}

export function haltedBoard(): Board {
  const board = fakeBoard();
  const control = {
    ...FAKE_CONTROL,
    ...{ level: 'HALTED', reason: 'manual', message: 'too many refusals', epoch: 18 },
    ...{ atMs: ago(90_000), openOrders: 0 },
  };
  return { ...board, control: fakeSection('engine', control) };
}

/** Escape sequences, wide and combining characters and very long texts wherever text may come in. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\u001b[31mred\u001b[2J',
  '交易所連線中斷',
  'e\u0301\u0301\u0301 combined',
  '👩‍👩‍👧‍👦 family',
  '\u202egnihtemos\u202c',
  'a\nb\tc\rd\u0000e',
  'x'.repeat(500),
  '\ud800 lone',
  '',
];

/** Every text of a board replaced by what `hostile` says; words of a fixed choice stay. */
export function withTexts(board: Board, hostile: (text: string) => string): Board {
  const kept = new Set(['unit', 'source', 'word', 'row']);
  const isChoice = (part: object) => 'unit' in part || 'latencyMs' in part;
  const change = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return kept.has(key) ? value : hostile(value);
    if (Array.isArray(value)) return value.map((item: unknown) => change(item, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]: [string, unknown]) => [
        name,
        name === 'state' && isChoice(value) ? item : change(item, name),
      ]),
    );
  };
  return change(board, '') as Board;
}

export function hostileBoard(): Board {
  let at = 0;
  return withTexts(fakeBoard(), () => HOSTILE_TEXTS[at++ % HOSTILE_TEXTS.length] ?? '');
}

function downLinks(): Board['links'] {
  return FAKE_LINKS.map((link) => ({
    ...link,
    ...{ state: 'down', latencyMs: null, sinceMs: ago(42_000), why: 'connection refused' },
  }));
}

const NO_CHOICE: ListState = { selectedKey: null, filter: '', sort: null };

export function fakeUi(overrides: Partial<UiState> = {}): UiState {
  const plan = { view: 'home', theme: 'default', intervalMs: 500 } as const;
  const flags = { isAscii: false, hasControl: false, isReplay: false };
  return { ...initialUi({ ...plan, ...flags }), ...overrides };
}

export function fakeLists(
  overrides: Partial<Record<ListName, Partial<ListState>>> = {},
): UiState['lists'] {
  const names = Object.keys(BOARD_LISTS) as readonly ListName[];
  const lists = names.map((name) => [name, { ...NO_CHOICE, ...overrides[name] }]);
  return Object.fromEntries(lists) as UiState['lists'];
}

export function fakeSelf(overrides: Partial<SelfFacts> = {}): SelfFacts {
  return {
    cpuFraction: 0.04,
    rssBytes: 58 * 2 ** 20,
    droppedFrames: 0,
    beat: true,
    snapshotsMs: 30 * MIN_MS,
    isRecording: false,
    ...overrides,
  };
}
