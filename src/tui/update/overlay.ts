import type { KeyName } from '../keys/key-press.js';
import { KEY_BINDINGS } from '../keys/keymap.js';
import type { Overlay, UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';
import { askToConfirm, menuItems } from './menu.js';
import { commandLine } from '../../view/shell-word.js';

const PAGE_LINES = 10;

const SCROLL: Readonly<Record<KeyName, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -PAGE_LINES,
  pagedown: PAGE_LINES,
  space: PAGE_LINES,
  g: -Infinity,
  home: -Infinity,
  G: Infinity,
  end: Infinity,
};

/** The keys while something stands over the view. Whatever is not named closes it or does nothing. */
export function overlayKey(
  ui: UiState,
  { overlay, key }: { readonly overlay: Overlay; readonly key: KeyName },
  context: UpdateContext,
): Updated {
  switch (overlay.kind) {
    case 'kill ask':
      return killKey(ui, key);
    case 'kill':
      // While it is under way only Escape hides it; no key takes back what was sent.
      return only(overlay.state !== 'sent' || key === 'escape' ? closed(ui) : ui);
    case 'help':
    case 'text': {
      if (isBack(key) || key === 'q' || key === '?' || key === 'enter') return only(closed(ui));
      const by = SCROLL[key];
      if (by === undefined) return only(ui);
      const lines = overlay.kind === 'text' ? overlay.lines : KEY_BINDINGS;
      const top = Math.min(lines.length - 1, Math.max(0, overlay.top + by));
      return only({ ...ui, overlay: { ...overlay, top } });
    }
    case 'menu':
      return menuKey(ui, { selected: overlay.selected, key }, context);
    case 'confirm':
      if (context.nowMs < overlay.deadUntilMs) return only(ui);
      if (key !== 'y') return noticed(closed(ui), `not done: ${overlay.title}`);
      return only(
        { ...closed(ui), notice: { text: `${overlay.title} ...`, isBad: false } },
        { kind: 'run', title: commandLine(overlay.argv), argv: overlay.argv },
      );
  }
}

/** `y` counts at once: whoever has pressed K wants to stop, and means it. */
function killKey(ui: UiState, key: KeyName): Updated {
  if (key !== 'y') return noticed(closed(ui), 'kill switch not engaged');
  return only({ ...ui, overlay: { kind: 'kill', state: 'sent', lines: [] } }, { kind: 'engage' });
}

function menuKey(
  ui: UiState,
  { selected, key }: { readonly selected: number; readonly key: KeyName },
  context: UpdateContext,
): Updated {
  if (isBack(key) || key === 'q' || key === 'm') return only(closed(ui));
  if (key === 'enter') return askToConfirm(ui, selected, context);
  const by = SCROLL[key];
  if (by === undefined) return only(ui);
  const last = menuItems(context.board).length - 1;
  const next = Math.min(last, Math.max(0, selected + by));
  return only({ ...ui, overlay: { kind: 'menu', selected: next } });
}

function isBack(key: KeyName): boolean {
  return key === 'escape' || key === 'backspace';
}

function closed(ui: UiState): UiState {
  return { ...ui, overlay: null };
}
