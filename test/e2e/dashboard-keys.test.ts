import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEY_BINDINGS } from '../../src/tui/keys/keymap.js';
import { VIEW_TITLES } from '../../src/tui/layout/view-lists.js';
import { VIEWS } from '../../src/view/screen-names.js';
import { DashboardStage } from './dashboard-stage.js';
import type { Terminal } from './terminal.js';

const TMUX_NAMES: Readonly<Record<string, string>> = {
  ...{ tab: 'Tab', 'shift-tab': 'BTab', up: 'Up', down: 'Down', left: 'Left', right: 'Right' },
  ...{ pageup: 'PageUp', pagedown: 'PageDown', home: 'Home', end: 'End', enter: 'Enter' },
  ...{ escape: 'Escape', backspace: 'BSpace', space: 'Space' },
  ...{ 'ctrl-l': 'C-l', 'ctrl-z': 'C-z', 'ctrl-c': 'C-c' },
};
/** The banner has room for everything. */
const WIDE = { columns: 150, rows: 40 };
const STREAMS = ['stream.candles_1m', 'stream.regime_signals', 'stream.allocation_decisions'];

let stage: DashboardStage;
let terminal: Terminal;
/** Every key that was pressed, by its own name. */
const pressed = new Set<string>();
beforeAll(async () => {
  stage = new DashboardStage();
  await stage.restingEngine();
});
afterEach(() => stage.closeTerminals());
afterAll(async () => {
  await stage.end();
});

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    pressed.add(key);
    await terminal.keys(TMUX_NAMES[key] ?? key);
  }
}

async function open(...args: readonly string[]): Promise<void> {
  terminal = await stage.open(args, WIDE);
  await terminal.shows('TRADING');
}

/** `press` and then the text, key by key. */
async function doing(steps: readonly (readonly [key: string, shows: string | RegExp])[]) {
  for (const [key, shows] of steps) {
    await press(key);
    await terminal.shows(shows).catch((cause: unknown) => {
      throw new Error(`after ${key}`, { cause });
    });
  }
}

/** The marked row of the list that has the row keys. */
const marked = (text: string) => new RegExp(`▶${text.slice(0, 20)}`);

describe('every key does what the help says:', () => {
  it('1-9, - and : choose the view', async () => {
    await open();
    for (const view of VIEWS.slice(1)) {
      const key = String(VIEWS.indexOf(view) + 1);
      await doing([[key, `[${key} ${VIEW_TITLES[view]}]`]]);
    }
    await doing([
      ['-', '[8 Audit]'],
      ['-', '[9 Logs]'],
      ['1', '┌ Events'],
      [':', ' :█'],
    ]);
    await terminal.type('orders state=filled');
    await press('enter');
    await terminal.shows('[4 Fills]');
    await terminal.shows('filter: state:filled');
    await doing([
      [':', ' :█'],
      ['Z', ' :Z█'],
      ['enter', 'no view "Z"'],
    ]);
  });

  it('Tab, S-Tab, arrows, h and l choose the panel', async () => {
    await open('--view', 'fills');
    await terminal.shows('4 Fills: ');
    const fills = /┌ 4 Fills[^]*▶[^]*┌ Orders/;
    const orders = /┌ Orders[^]*▶/;
    await doing([
      ['tab', orders],
      ['shift-tab', fills],
      ['right', orders],
      ['left', fills],
      ['l', orders],
      ['h', fills],
    ]);
  });

  it('arrows, j, k, g, G and pages choose the row', async () => {
    await open('--view', 'streams');
    const [first = '', second = '', third = ''] = STREAMS;
    const last = 'stream.bot_shutdown';
    await terminal.shows(last);
    await doing([
      ['j', marked(second)],
      ['down', marked(third)],
      ['k', marked(second)],
      ['up', marked(first)],
      ['G', marked(last)],
      ['g', marked(first)],
      ['end', marked(last)],
      ['home', marked(first)],
      ['pagedown', marked(last)],
      ['pageup', marked(first)],
    ]);
  });

  it('/, n, N, s, S and Esc filter and sort', async () => {
    await open('--view', 'streams');
    await terminal.shows(STREAMS[2]?.slice(0, 20) ?? '');
    await press('/');
    await terminal.type('orders');
    await terminal.shows(' /orders█');
    await terminal.until('others are hidden', async () => {
      return !(await terminal.text()).includes('stream.candles_1m');
    });
    await doing([
      ['enter', 'filter: orders'],
      ['n', marked('stream.orders_blocked')],
      ['N', /▶stream\.orders /],
      ['escape', /filter: –[^]*$/],
    ]);
    await terminal.shows('stream.candles_1m');
    await doing([
      ['S', 'nothing is sorted'],
      ['s', 'sorted by name'],
      ['S', 'largest first'],
      ['z', 'sort: name↓'],
    ]);
    const names = [...(await terminal.text()).matchAll(/(stream\.\w+)/g)].map(([name]) => name);
    expect(names).toEqual(names.toSorted().reverse());
    await doing([['backspace', '┌ Events']]);
  });

  it('Enter, e and y tell more about the row', async () => {
    await open('--view', 'streams');
    await terminal.shows(STREAMS[1] ?? '');
    await doing([
      ['enter', /┌ cdb streams tail stream\.candles_1m --count 50[^]*open=/],
      ['escape', '[2 Streams]'],
      ['4', /▶.*BTCUSDT/],
    ]);
    const { fills } = await stage.json<{ fills: { fill_id: string }[] }>('fills', '-n', '1');
    const id = fills[0]?.fill_id ?? 'none';
    await doing([
      ['e', new RegExp(`┌ cdb explain ${id}[^]*signal`, 'i')],
      ['escape', '[4 Fills]'],
      ['y', 'sent to the clipboard'],
    ]);
    const copied = /\u001b\]52;c;([^\u0007]*)\u0007/.exec(terminal.bytes())?.[1] ?? '';
    expect(JSON.parse(Buffer.from(copied, 'base64').toString('utf8'))).toMatchObject({
      fillId: id,
    });
  });

  it('Space , . < > 0 hold the screen and move in time', async () => {
    await open();
    await terminal.shows(/snapshots: [3-9]\.\d s kept/);
    await terminal.shows('EFFECTS FLOW');
    await doing([
      ['space', 'PAUSED at'],
      ['space', ' live 2 Hz'],
      [',', 'PAUSED at'],
    ]);
    const at = async () => /PAUSED at (\S+)/.exec(await terminal.text())?.[1] ?? '';
    const from = await at();
    await doing([
      [',', /PAUSED at/],
      ['<', 'oldest moment'],
    ]);
    const oldest = await at();
    expect(oldest < from).toBe(true);
    await press('.');
    await terminal.until('one second on', async () => (await at()) > oldest);
    await press('>');
    await terminal.until('the newest moment', async () => (await at()) >= from);
    await doing([['0', ' live 2 Hz']]);
  });

  it('a r + _ t x Ctrl-L m and an unknown key change looks, or say why not', async () => {
    await open();
    await doing([
      ['a', 'times: absolute'],
      ['a', 'times: relative'],
      ['r', 'everything is read anew'],
      ['+', 'live 5 Hz'],
      ['_', 'live 2 Hz'],
      ['t', 'theme contrast'],
      ['t', 'theme mono'],
      ['x', 'written: cdb-snap-'],
      ['m', '--control'],
      ['z', 'filter: –'],
    ]);
    const written = terminal.bytes().length;
    await press('ctrl-l');
    // All rows, where an ordinary frame has only the changed ones.
    await terminal.until('it is drawn anew', () => {
      return /\u001b\[1;1H[^]*\u001b\[20;1H[^]*\u001b\[40;1H/.test(
        terminal.bytes().slice(written).split('\u001b[?2026l')[0] ?? '',
      );
    });
    await terminal.shows('filter: –');
  });

  it('? lists every key, and all of them are pressed here', async () => {
    await open();
    await press('?');
    await terminal.shows('┌ Keys');
    const text = await terminal.text();
    for (const { label, does } of KEY_BINDINGS) {
      expect(text).toContain(` ${label} `);
      expect(text.replace(/\s+/g, ' ')).toContain(does.slice(0, 20));
    }
    await doing([
      ['?', '┌ Events'],
      ['K', 'ENGAGE KILL SWITCH'],
      ['n', 'kill switch not engaged'],
    ]);
    await press('ctrl-z');
    // No shell is there that could bring it back.
    await terminal.until('it is back', () => {
      return terminal.bytes().split('\u001b[?1049h').length === 3;
    });
    await terminal.shows('EFFECTS FLOW');
    await press('q');
    await terminal.until('its end', async () => (await terminal.exitStatus()) === 0);
    await open();
    await press('ctrl-c');
    await terminal.until('its end', async () => (await terminal.exitStatus()) === 0);
    const all = KEY_BINDINGS.flatMap(({ keys }) => keys).filter((key) => key !== '1');
    expect(all.filter((key) => !pressed.has(key))).toEqual([]);
  });
});

it('a paste presses no key', async () => {
  await open();
  await terminal.paste('2Kyq\r\u001bq');
  await terminal.keys('3');
  await terminal.shows('[3 Risk blocks]');
  expect(await terminal.exitStatus()).toBeNull();
  expect(terminal.bytes()).not.toMatch(/2 Streams\]|ENGAGE/);
  expect((await stage.json<{ level: string }>('kill-switch', 'status')).level).toBe('TRADING');
});

const release = () =>
  stage.place.run([
    ...['kill-switch', 'release', '--operator', 'ann', '--justification', 'a test'],
    ...['--confirm', 'paper/kill-switch'],
  ]);

describe('K', () => {
  const level = async () => (await stage.json<{ level: string }>('kill-switch', 'status')).level;
  it('and y stop before anything was read: the first frame is enough', async () => {
    terminal = await stage.open();
    await terminal.keys('K', 'y');
    await terminal.shows('STOPPED: no new order leaves');
    expect(await level()).toBe('HALTED');
    await terminal.keys('Escape');
    await terminal.shows(/^ cdb PAPER │ HALTED/);
    expect((await release()).status).toBe(0);
    await terminal.shows(/^ cdb PAPER │ TRADING/);
    await terminal.keys('q');
  });

  it('and another key stops nothing', async () => {
    await open();
    for (const other of ['n', 'Y', 'K', 'Escape', 'Enter']) {
      await terminal.keys('K');
      await terminal.shows('y engage now, any other key: cancel');
      if (other === 'K') continue;
      await terminal.keys(other);
      await terminal.shows('kill switch not engaged');
    }
    expect(await level()).toBe('TRADING');
  });

  it.each([
    ['home', '1', false],
    ['fills', '4', false],
    ['logs, while time stands still', '9', true],
  ])('and y stop from %s', async (_, view, isHeld) => {
    await open();
    await terminal.keys(view);
    if (isHeld) {
      await terminal.keys('Space');
      await terminal.shows('PAUSED');
    }
    await terminal.keys('K', 'y');
    await terminal.shows('STOPPED: no new order leaves');
    const text = await terminal.text();
    expect(text).toMatch(/● level: HALTED/);
    expect(text).toMatch(/● latch file: written \S+ ms/);
    expect(text).toMatch(/● engine \(pid \d+\): acknowledged \S+ ms/);
    expect(await level()).toBe('HALTED');
    // Not at once: Escape and 0 together are Alt-0.
    await terminal.keys('Escape');
    await terminal.until('the overlay is gone', async () => {
      return !(await terminal.text()).includes('STOPPED');
    });
    await terminal.keys('0');
    await terminal.shows(/^ cdb PAPER │ HALTED.* live 2 Hz/);
    expect((await release()).status).toBe(0);
    await terminal.shows(/^ cdb PAPER │ TRADING/);
  });
});

it('m with --control: the command is shown and asked for, done once, and on the record', async () => {
  await open('--control');
  await terminal.keys('m');
  await terminal.shows("▶ reduce   cdb kill-switch engage --level reduce -m 'from the dashboard'");
  // The second key comes too early to be meant.
  await terminal.keys('Enter', 'y');
  await terminal.shows(/target .*mode paper/);
  await terminal.shows('y: do it   any other key: cancel');
  expect((await stage.json<{ level: string }>('kill-switch', 'status')).level).toBe('TRADING');
  await terminal.keys('y');
  await terminal.shows(/^ cdb PAPER │ REDUCING/);
  const { level, message } = await stage.json<{ level: string; message: string }>(
    ...['kill-switch', 'status'],
  );
  expect([level, message]).toEqual(['REDUCING', 'from the dashboard']);
  await release();
  await terminal.until('it is released', async () => (await terminal.text()).includes('TRADING'));
});

it('r in the view of the check-up makes one, keeps it, and shows it', async () => {
  await open('--view', 'doctor');
  await terminal.shows('no check-up known yet');
  await terminal.keys('r');
  await terminal.shows('cdb doctor --daily --write');
  await terminal.shows(/verdict|Verdict|NEXT|next step/i);
  await terminal.keys('Escape');
  await terminal.until('the report', async () => !(await terminal.text()).includes('known yet'));
  const { findings } = await stage.json<{ findings: readonly { id: string }[] }>('doctor');
  expect(findings.length).toBeGreaterThan(100);
  await terminal.shows(/6 Doctor.*as of/);
});
