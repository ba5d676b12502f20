import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VIEW_TITLES } from '../../src/tui/layout/view-lists.js';
import type { Board } from '../../src/view/board/board.js';
import { readWire } from '../../src/view/board/read-wire.js';
import { VIEWS } from '../../src/view/screen-names.js';
import { DashboardStage, type Size } from './dashboard-stage.js';
import { keyOf, missing, wantedBy, widestRow, type Wanted } from './dashboard-values.js';
import type { Terminal } from './terminal.js';

const SIZES: readonly Size[] = [
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 16 },
];

let stage: DashboardStage;
let wanted: Wanted;
beforeAll(async () => {
  stage = new DashboardStage();
  // A run before this one: its rows and entries stay, and are not this one's.
  await stage.place.run(['run', '--paper', '--feed', 'sample', '--speed', 'max']);
  await stage.restingEngine();
  wanted = await wantedBy(stage);
});
afterEach(() => stage.closeTerminals());
afterAll(() => stage.end());

describe.each(SIZES)('at $columns x $rows', (size) => {
  it('every view has its title and what the commands say', async () => {
    const terminal = await stage.open([], size);
    await terminal.shows('EFFECTS FLOW');
    for (const view of VIEWS) {
      await terminal.keys(keyOf(view));
      if (view !== 'home') await terminal.shows(`[${keyOf(view)} ${VIEW_TITLES[view]}]`);
      let left: readonly RegExp[] = [];
      const isThere = async () => {
        left = missing(view, wanted, await terminal.screen());
        return left.length === 0;
      };
      await terminal.until(`the values of ${view}`, isThere).catch((cause: unknown) => {
        throw new Error(`${view} lacks ${left.join('  ')}`, { cause });
      });
    }
    expect(widestRow(terminal.bytes())).toBe(size.columns);
    expect(terminal.bytes()).not.toMatch(/\u001b\[[0-3]?J/);
  });

  it('x writes what is on a screen that is held, and its data', async () => {
    const terminal = await stage.open(['--view', 'fills'], size);
    await terminal.shows(/4 Fills: \d/);
    await terminal.keys('Space');
    await terminal.shows('PAUSED');
    for (const view of ['streams', 'fills', 'control'] as const) {
      await terminal.keys(keyOf(view));
      await terminal.shows(`[${keyOf(view)} ${VIEW_TITLES[view]}]`);
      const { text, board } = await exported(terminal);
      // No key at all, which takes the notice away.
      await terminal.keys('z');
      await terminal.shows('filter: –');
      const shown = await terminal.screen();
      expect(text.slice(1, -2), view).toEqual(shown.slice(1, -2));
      expect(text.at(-1)).toBe(shown.at(-1));
      const pieces = valuesOf(board, size)[view];
      expect(pieces.length).toBeGreaterThan(0);
      const body = shown.join('\n');
      for (const piece of pieces) expect(body, view).toContain(piece);
    }
  });
});

/** Presses x until its files are there: two in one second have one name. */
async function exported(terminal: Terminal): Promise<{ text: readonly string[]; board: Board }> {
  const files = () => readdirSync(stage.place.path).filter((name) => name.startsWith('cdb-snap-'));
  const before = new Set(files());
  await terminal.until('two files are written', async () => {
    await terminal.keys('z');
    await terminal.shows('filter: –');
    await terminal.keys('x');
    await terminal.shows(/ (not )?written/);
    return files().length === before.size + 2;
  });
  const fresh = files().filter((name) => !before.has(name));
  const read = (kind: string) => {
    const name = fresh.find((one) => one.endsWith(kind)) ?? '';
    return readFileSync(join(stage.place.path, name), 'utf8');
  };
  const wire = readWire(read('.json'));
  if (wire.kind !== 'export') throw new Error(`no board: ${JSON.stringify(wire).slice(0, 200)}`);
  return { text: read('.txt').replace(/\n$/, '').split('\n'), board: wire.board };
}

/** What of a board every size has room for. */
function valuesOf({ streams, fills, control }: Board, { columns }: Size) {
  return {
    streams: (streams.value ?? [])
      .slice(0, 5)
      .flatMap(({ name, length }) => [name.slice(0, 20), ` ${length} `]),
    fills: [
      `4 Fills: ${fills.value?.total}`,
      ...(fills.value?.fills.slice(0, 3) ?? []).map(({ qty }) => qty),
    ],
    control: [
      `level ${control.value?.level}   epoch ${control.value?.epoch}`,
      ...(columns < 80 ? [] : [`set by ${control.value?.operator}`]),
    ],
  };
}

describe('a window whose size changes', () => {
  it('fifty times has one banner, no row too wide, and nothing lost', async () => {
    const large = { columns: 200, rows: 60 };
    const terminal = await stage.openInShell([], { size: large });
    await terminal.shows('EFFECTS FLOW');
    for (let turn = 0; turn < 50; turn += 1) {
      const [columns, rows] = turn % 2 === 0 ? [40, 10] : [200, 60];
      await terminal.resize(columns, rows);
      if (turn % 10 !== 0) continue;
      // One line, and nothing left of the rows that were there before.
      await terminal.shows(/^cdb PAPER TRADING.*\n\s*$/);
    }
    await terminal.until('one whole screen', async () => {
      const rows = await terminal.screen();
      return rows.length === 60 && rows.at(-1)?.includes('q quit') === true;
    });
    const rows = await terminal.screen();
    expect(rows.filter((row) => row.includes('orders→'))).toHaveLength(1);
    expect(rows.filter((row) => row.includes('q quit'))).toHaveLength(1);
    expect(rows[0]).toMatch(/^ cdb PAPER │ TRADING/);
    expect(widestRow(terminal.bytes())).toBeLessThanOrEqual(200);
    expect(await terminal.fact('history_size')).toBe('0');
    await terminal.keys('q');
    await terminal.shows('status 0');
    expect(await terminal.text()).toContain('words of before');
    expect(await terminal.text()).not.toContain('orders→');
    expect(await terminal.fact('alternate_on')).toBe('0');
    expect(terminal.bytes()).not.toMatch(/\u001b\[[0-3]?J/);
  });
});
