import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEY_BINDINGS } from '../../../../src/tui/keys/keymap.js';
import type { KeyName } from '../../../../src/tui/keys/key-press.js';
import type { UiState } from '../../../../src/tui/ui-state.js';
import type { Effect, UpdateContext } from '../../../../src/tui/update/context.js';
import { focusedRows } from '../../../../src/tui/update/list-rows.js';
import { update } from '../../../../src/tui/update/update.js';
import { VIEWS } from '../../../../src/view/screen-names.js';
import { BOARD_NOW_MS, fakeBoard, fakeUi, unreadBoard } from '../../../fakes/fake-board.js';

const MIN_MS = 60_000;
const CONTEXT: UpdateContext = {
  board: fakeBoard(),
  nowMs: BOARD_NOW_MS,
  span: { oldestMs: BOARD_NOW_MS - 30 * MIN_MS, newestMs: BOARD_NOW_MS },
};
const ALL_KEYS: readonly KeyName[] = [...new Set(KEY_BINDINGS.flatMap(({ keys }) => keys)), 'z'];
const anyKey = fc.constantFrom(...ALL_KEYS);
/** With what leads to a change, or to the kill switch: by chance alone they hardly follow each other. */
const keySequence = fc
  .array(
    fc.oneof(
      anyKey.map((key) => [key]),
      fc.constantFrom<readonly KeyName[]>(
        ['m', 'enter', 'y'],
        ['m', 'j', 'enter', 'y'],
        ['K'],
        ['K', 'y'],
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.flat());

/** Somebody who thinks before each key. */
function pressSlowly(ui: UiState, keys: readonly KeyName[]): readonly Effect[] {
  let state = ui;
  return keys.flatMap((name, at) => {
    const context = { ...CONTEXT, nowMs: BOARD_NOW_MS + at * 1_000 };
    const updated = update(state, { kind: 'key', name }, context);
    state = updated.ui;
    return updated.effects;
  });
}

function press(
  ui: UiState,
  keys: readonly KeyName[],
  context: UpdateContext = CONTEXT,
): { readonly ui: UiState; readonly effects: readonly Effect[] } {
  let state = ui;
  const effects: Effect[] = [];
  for (const name of keys) {
    const updated = update(state, { kind: 'key', name }, context);
    state = updated.ui;
    effects.push(...updated.effects);
  }
  return { ui: state, effects };
}

const commandsRun = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'run' ? [effect.argv.join(' ')] : []));

describe('the kill switch', () => {
  test.each(VIEWS)('takes K and y in view %s, read-only, held and with nothing read', (view) => {
    const held = { atMs: BOARD_NOW_MS - MIN_MS, newestMs: BOARD_NOW_MS };
    for (const ui of [
      fakeUi({ view }),
      fakeUi({ view, playback: held }),
      fakeUi({ isReplay: true }),
    ]) {
      for (const board of [fakeBoard(), unreadBoard()]) {
        const { ui: after, effects } = press(ui, ['K', 'y'], { ...CONTEXT, board });
        expect(effects).toEqual([{ kind: 'engage' }]);
        expect(after.overlay).toEqual({ kind: 'kill', state: 'sent', lines: [] });
      }
    }
  });

  test('opens over every other overlay', () => {
    for (const keys of [['?'], ['enter'], ['m'], ['m', 'enter']]) {
      const { effects } = press(fakeUi({ hasControl: true }), [...keys, 'K', 'y']);
      expect(effects.at(-1)).toEqual({ kind: 'engage' });
    }
  });

  test('is not engaged by any key but y, and a typed line has no K in it', () => {
    for (const key of ALL_KEYS.filter((name) => name !== 'y')) {
      const { ui, effects } = press(fakeUi(), ['K', key]);
      expect(effects.map(({ kind }) => kind)).not.toContain('engage');
      if (key !== 'K' && key !== 'ctrl-l' && key !== 'ctrl-c') expect(ui.overlay).toBeNull();
    }
    expect(press(fakeUi(), ['/', 'K', 'y']).effects).toEqual([]);
    const pasted = update(fakeUi(), { kind: 'paste', text: 'Ky' }, CONTEXT);
    expect(pasted.effects).toEqual([]);
  });

  test('needs K directly before y, whatever else is pressed', () => {
    fc.assert(
      fc.property(keySequence, fc.boolean(), (keys, hasControl) => {
        const engaged = pressSlowly(fakeUi({ hasControl }), keys).some(
          ({ kind }) => kind === 'engage',
        );
        if (engaged) expect(keys.join(' ')).toMatch(/K (?:ctrl-l )*y/);
      }),
    );
  });
});

describe('what changes something', () => {
  const CHANGES = /^(mode|canary|gate|stop|kill-switch|migrate)/;

  test('needs --control, whatever is pressed', () => {
    fc.assert(
      fc.property(keySequence, (keys) => {
        const ran = commandsRun(pressSlowly(fakeUi(), keys));
        expect(ran.filter((words) => CHANGES.test(words))).toEqual([]);
      }),
    );
    const changes = pressSlowly(fakeUi({ hasControl: true }), ['m', 'enter', 'y']);
    expect(commandsRun(changes).filter((words) => CHANGES.test(words))).toHaveLength(1);
  });

  test('is asked for, with the target first and the whole command; the default is no', () => {
    const asked = press(fakeUi({ hasControl: true }), ['m', 'j', 'enter']).ui;
    expect(asked.overlay).toMatchObject({
      kind: 'confirm',
      lines: [expect.stringContaining('target'), 'decide, send nothing'],
      argv: ['mode', 'set', 'shadow', '--reason', 'from the dashboard'],
    });
    const late = { ...CONTEXT, nowMs: BOARD_NOW_MS + 400 };
    for (const key of ALL_KEYS.filter((name) => name !== 'y' && name !== 'K')) {
      expect(commandsRun(press(asked, [key], late).effects), key).toEqual([]);
    }
    const done = press(asked, ['y'], late);
    expect(commandsRun(done.effects)).toEqual(['mode set shadow --reason from the dashboard']);
  });

  test('takes no key for 400 ms after the question has opened', () => {
    const asked = press(fakeUi({ hasControl: true }), ['m', 'j', 'enter']).ui;
    const early = { ...CONTEXT, nowMs: BOARD_NOW_MS + 399 };
    for (const key of ['y', 'n', 'escape', 'enter']) {
      const { ui, effects } = press(asked, [key], early);
      expect(ui.overlay).toEqual(asked.overlay);
      expect(effects).toEqual([]);
    }
  });

  test('never lets more through than paper, whatever the board says', () => {
    for (const mode of ['shadow', 'paper', 'canary', 'live', 'unknown']) {
      const control = fakeBoard().control;
      const value = control.value === null ? null : { ...control.value, mode };
      const board = fakeBoard({ control: { ...control, value } });
      const context = { ...CONTEXT, board, nowMs: BOARD_NOW_MS + MIN_MS };
      for (let row = 0; row < 8; row += 1) {
        const down = Array.from({ length: row }, () => 'j');
        const ask = press(fakeUi({ hasControl: true }), ['m', ...down, 'enter'], context).ui;
        const argv = ask.overlay?.kind === 'confirm' ? ask.overlay.argv.join(' ') : '';
        expect(argv).not.toMatch(/set (canary|live)|release|start|step|open/);
      }
    }
  });

  test('a recording can be looked at, not changed or asked', () => {
    const replay = fakeUi({ isReplay: true, hasControl: true });
    for (const key of ['m', 'r', 'enter', 'e']) {
      expect(press(replay, [key]).effects, key).toEqual([]);
    }
  });
});

describe('time', () => {
  test('steps within what is kept, and says where it ends', () => {
    const { ui } = press(fakeUi(), [',', ',', '<']);
    expect(ui.playback?.atMs).toBe(BOARD_NOW_MS - 2_000 - MIN_MS);
    expect(press(ui, ['.']).ui.playback?.atMs).toBe(BOARD_NOW_MS - 1_000 - MIN_MS);
    const far = press(
      ui,
      Array.from({ length: 40 }, () => '<'),
    ).ui;
    expect(far.playback?.atMs).toBe(BOARD_NOW_MS - 30 * MIN_MS);
    expect(far.notice?.text).toBe('this is the oldest moment that is kept');
    expect(press(far, ['0']).ui.playback).toBeNull();
  });

  test('Space holds and goes on; nothing kept yet is said', () => {
    const held = press(fakeUi(), ['space']).ui;
    expect(held.playback).toEqual({ atMs: BOARD_NOW_MS, newestMs: BOARD_NOW_MS });
    expect(press(held, ['space']).ui.playback).toBeNull();
    const span = { oldestMs: BOARD_NOW_MS - MIN_MS, newestMs: BOARD_NOW_MS - 700 };
    const between = press(fakeUi(), ['space'], { ...CONTEXT, span }).ui;
    expect(between.playback?.atMs, 'the moment that is shown').toBe(BOARD_NOW_MS);
    const none = press(fakeUi(), [','], { ...CONTEXT, span: null }).ui;
    expect(none.playback).toBeNull();
    expect(none.notice?.text).toContain('is kept yet');
  });
});

describe('rows', () => {
  const keysOf = (ui: UiState) =>
    focusedRows(ui, CONTEXT.board, CONTEXT.nowMs).map(({ key }) => key);

  test('move within the list and keep their row by its key', () => {
    const keys = keysOf(fakeUi({ view: 'streams' }));
    const at = (ui: UiState) => ui.lists.streams.selectedKey;
    expect(at(press(fakeUi(), ['j', 'j']).ui)).toBe(keys[2]);
    expect(at(press(fakeUi(), ['j', 'k', 'k']).ui)).toBe(keys[0]);
    expect(at(press(fakeUi(), ['G']).ui)).toBe(keys.at(-1));
    expect(at(press(fakeUi(), ['G', 'g']).ui)).toBe(keys[0]);
  });

  test('a filter takes effect while it is typed, and Escape takes it back', () => {
    const typed = press(fakeUi(), ['/', ...Array.from('orders')]).ui;
    expect(keysOf(typed).length).toBeGreaterThan(0);
    expect(keysOf(typed).every((key) => key.includes('orders'))).toBe(true);
    expect(press(typed, ['escape']).ui.lists.streams.filter).toBe('');
    const kept = press(typed, ['enter']).ui;
    expect(kept.lists.streams.filter).toBe('orders');
    expect(press(kept, ['escape']).ui.lists.streams.filter).toBe('');
  });

  test('a pattern that is not finished keeps the rows of the one before', () => {
    const typed = press(fakeUi(), ['/', 'o', 'r', '(']).ui;
    expect(typed.prompt?.fault).not.toBe('');
    expect(typed.lists.streams.filter).toBe('or');
  });

  test('s goes through the columns and back to the order as it comes', () => {
    const once = press(fakeUi(), ['s']).ui.lists.streams.sort;
    expect(once?.isDescending).toBe(false);
    expect(press(fakeUi(), ['s', 'S']).ui.lists.streams.sort?.isDescending).toBe(true);
    const all = press(
      fakeUi(),
      Array.from({ length: 40 }, () => 's'),
    ).ui;
    expect(all.lists.streams.selectedKey).toBeNull();
  });

  test('open and explain ask the command that knows more', () => {
    expect(commandsRun(press(fakeUi(), ['enter']).effects)).toEqual([
      `streams tail ${String(keysOf(fakeUi())[0])} --count 50`,
    ]);
    expect(commandsRun(press(fakeUi(), ['tab', 'e']).effects)).toEqual(['explain RC_002']);
    const copied = press(fakeUi(), ['tab', 'y']).effects;
    expect(copied).toEqual([{ kind: 'copy', text: expect.stringContaining('"code":"RC_002"') }]);
  });
});

describe('views', () => {
  test('by number, by name, and back', () => {
    expect(press(fakeUi(), ['4']).ui.view).toBe('fills');
    expect(press(fakeUi(), ['4', '-']).ui.view).toBe('home');
    const typed = press(fakeUi(), [':', ...Array.from('fills sym=BTC'), 'enter']).ui;
    expect(typed.view).toBe('fills');
    expect(typed.lists.fills.filter).toBe('sym:BTC');
    expect(press(fakeUi(), [':', ...Array.from('nowhere'), 'enter']).ui.notice?.isBad).toBe(true);
    expect(press(fakeUi(), [':', 'q', 'enter']).effects).toEqual([{ kind: 'quit' }]);
  });

  test('no sequence of keys and pastes breaks the state', () => {
    const input = fc.oneof(
      anyKey.map((name) => ({ kind: 'key', name }) as const),
      fc.string({ unit: 'grapheme' }).map((text) => ({ kind: 'paste', text }) as const),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 80 }), fc.boolean(), (inputs, hasControl) => {
        let ui = fakeUi({ hasControl });
        for (const one of inputs) ui = update(ui, one, CONTEXT).ui;
        expect(VIEWS).toContain(ui.view);
        expect(ui.prompt?.text.length ?? 0).toBeLessThanOrEqual(200);
      }),
    );
  });
});
