import type { Board } from '../../view/board/board.js';
import type { UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';

export interface MenuItem {
  readonly label: string;
  /** What it means, in one sentence. */
  readonly does: string;
  readonly argv: readonly string[];
}

/** Keys of a dialog that has just opened do nothing: a second press of the key that opened it. */
const DEAD_MS = 400;
const WHY = ['--reason', 'from the dashboard'] as const;

/**
 * What may be changed from here, beside the kill switch: only what lets through less, or stays
 * without money. What lets through more asks for words to be retyped, in a shell.
 */
export function menuItems({ control, permissions }: Board): readonly MenuItem[] {
  const mode = control.value?.mode;
  const gates = permissions.value?.gates ?? [];
  const isCanary = mode === 'canary';
  return [
    item('reduce', 'exits only, no entry; a release takes it back', [
      ...['kill-switch', 'engage', '--level', 'reduce', '-m', 'from the dashboard'],
    ]),
    item('set mode shadow', 'decide, send nothing', ['mode', 'set', 'shadow', ...WHY]),
    ...(mode === 'shadow'
      ? [
          item('set mode paper', 'fill orders on the simulated venue', [
            ...['mode', 'set', 'paper', '--yes', ...WHY],
          ]),
        ]
      : []),
    ...(isCanary
      ? [
          item('canary hold', 'route no further entry to the venue', ['canary', 'hold', ...WHY]),
          item('canary rollback', 'back to shadow now', ['canary', 'rollback', ...WHY]),
        ]
      : []),
    ...gates.map(({ scope }) =>
      item(`gate close ${scope}`, 'take back every opening of this scope', [
        ...['gate', 'close', scope],
      ]),
    ),
    item('stop the engine', 'drain it, then end it; it starts again with cdb run', ['stop']),
  ];
}

export function openMenu(ui: UiState): Updated {
  if (ui.isReplay) return noticed(ui, 'a recording: nothing can be changed in it', true);
  if (ui.hasControl) return only({ ...ui, overlay: { kind: 'menu', selected: 0 } });
  return noticed(ui, 'read-only: start with cdb dashboard --control; K works always', true);
}

/** Target first, then the exact command; nothing happens without a `y` after that. */
export function askToConfirm(ui: UiState, selected: number, context: UpdateContext): Updated {
  const chosen = menuItems(context.board)[selected];
  if (chosen === undefined) return only({ ...ui, overlay: null });
  const { board, nowMs } = context;
  const mode = board.control.value?.mode ?? 'unknown';
  return only({
    ...ui,
    overlay: {
      kind: 'confirm',
      title: chosen.label,
      lines: [`target ${board.where}   mode ${mode}`, chosen.does],
      argv: chosen.argv,
      deadUntilMs: nowMs + DEAD_MS,
    },
  });
}

function item(label: string, does: string, argv: readonly string[]): MenuItem {
  return { label, does, argv };
}
