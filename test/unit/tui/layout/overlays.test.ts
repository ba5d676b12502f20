import { describe, expect, it } from 'vitest';
import type { Overlay, UiState } from '../../../../src/tui/ui-state.js';
import { BOARD_NOW_MS, fakeBoard, fakeUi, unreadBoard } from '../../../fakes/fake-board.js';
import { screenOf } from '../../../fakes/screen-text.js';

const OVERLAYS: Readonly<Record<string, Partial<UiState>>> = {
  help: { overlay: { kind: 'help', top: 0 } },
  'help further down': { overlay: { kind: 'help', top: 12 } },
  'kill ask': { overlay: { kind: 'kill ask' } },
  'kill sent': { overlay: kill('sent') },
  'kill partial': { overlay: kill('partial'), killedAtMs: null },
  text: {
    overlay: {
      kind: 'text',
      title: 'dec-004973',
      lines: ['RC_002: a recent return is missing, crashing or jumping', '', 'x'.repeat(150)],
      top: 0,
    },
  },
  menu: { overlay: { kind: 'menu', selected: 2 }, hasControl: true },
  confirm: { overlay: confirm(0), hasControl: true },
  'confirm while keys are dead': { overlay: confirm(BOARD_NOW_MS + 100), hasControl: true },
  filter: { prompt: { kind: 'filter', text: 'code:RC_0(', fault: 'not a regular expression yet' } },
  command: { prompt: { kind: 'command', text: 'fills sym=BTC', fault: '' } },
  notice: { notice: { text: 'no such view: filz', isBad: true } },
};

describe('what lies over the view looks as it did', () => {
  for (const size of ['120x40', '60x16', '40x10', '24x1']) {
    it(size, async () => {
      const screens = Object.entries(OVERLAYS).map(
        ([name, ui]) => `--- ${name} ---\n${screenOf(fakeBoard(), fakeUi(ui), size)}`,
      );
      await expect(screens.join('')).toMatchFileSnapshot(
        `../../../fixtures/screens/overlays-${size}.txt`,
      );
    });
  }
});

describe('the question of the kill switch', () => {
  it.each(['120x40', '60x16', '40x10', '30x5', '20x3', '20x1', '9x1'])(
    'is there without any data at %s',
    (size) => {
      const screen = screenOf(unreadBoard(), fakeUi({ overlay: { kind: 'kill ask' } }), size);
      expect(screen).toMatch(/y engage now|STOP\? y=/);
    },
  );

  it('is there from every view', () => {
    const ui = fakeUi({ view: 'logs', overlay: { kind: 'kill ask' } });
    expect(screenOf(fakeBoard(), ui, '120x40')).toContain('y engage now, any other key: cancel');
  });
});

function kill(state: 'sent' | 'partial'): Overlay {
  return {
    kind: 'kill',
    state,
    lines: [
      { who: 'register', words: 'HALTED, epoch 18', isWell: true, ms: 1.2 },
      { who: 'feed-1', words: 'no new order leaves', isWell: true, ms: 31 },
      { who: 'risk-1', words: 'no answer yet', isWell: false, ms: null },
    ],
  };
}

function confirm(deadUntilMs: number): Overlay {
  return {
    kind: 'confirm',
    title: 'mode set paper',
    lines: ['SHADOW, .cdb: orders are to be filled on the simulated venue'],
    argv: ['mode', 'set', 'paper', '--reason', "anna's test"],
    deadUntilMs,
  };
}
