import type { KeyName, TerminalInput } from '../keys/key-press.js';
import { KEY_BINDINGS, type KeyAction } from '../keys/keymap.js';
import { THEMES, VIEWS } from '../../view/screen-names.js';
import type { UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';
import { openMenu } from './menu.js';
import { copyRow, explainRow, openRow } from './open-row.js';
import { overlayKey } from './overlay.js';
import { pasted, promptKey, toView } from './prompt.js';
import { moveRow, nextPanel, reverse, sortNext, withList } from './rows.js';
import { changeInterval, goLive, pause, step, TIME_STEP_MS } from './time.js';
import { commandLine } from '../../view/shell-word.js';

const ACTION_OF: ReadonlyMap<KeyName, KeyAction> = new Map(
  KEY_BINDINGS.flatMap(({ action, keys }) => keys.map((key) => [key, action] as const)),
);

/** What a key makes of the screen, and what it asks for outside of it. */
export function update(ui: UiState, input: TerminalInput, context: UpdateContext): Updated {
  const fresh = { ...ui, notice: null };
  if (input.kind === 'paste') return pasted(fresh, input.text);
  const { name: key } = input;
  // These two work over everything, the kill overlay included.
  if (key === 'ctrl-c') return only(fresh, { kind: 'quit' });
  if (key === 'ctrl-l') return only(fresh, { kind: 'redraw' });
  const { overlay, prompt } = fresh;
  // What is typed into a line is text; the kill switch is not among its letters.
  if (prompt !== null) return promptKey(fresh, { prompt, key });
  if (key === 'K') return only({ ...fresh, overlay: { kind: 'kill ask' } });
  if (overlay !== null) return overlayKey(fresh, { overlay, key }, context);
  const action = ACTION_OF.get(key);
  return action === undefined ? only(fresh) : act(fresh, { action, key }, context);
}

function act(
  ui: UiState,
  { action, key }: { readonly action: KeyAction; readonly key: KeyName },
  context: UpdateContext,
): Updated {
  switch (action) {
    case 'view':
      return only(toView(ui, VIEWS[Number(key) - 1] ?? ui.view));
    case 'last view':
      return only(toView(ui, ui.lastView));
    case 'next panel':
      return nextPanel(ui, 1);
    case 'previous panel':
      return nextPanel(ui, -1);
    case 'up':
    case 'down':
    case 'page up':
    case 'page down':
    case 'first':
    case 'last':
      return moveRow(ui, action, context);
    case 'next match':
      return moveRow(ui, 'down', context);
    case 'previous match':
      return moveRow(ui, 'up', context);
    case 'open':
      return openRow(ui, context);
    case 'explain':
      return explainRow(ui, context);
    case 'copy':
      return copyRow(ui, context);
    case 'back':
      return back(ui);
    case 'command':
      return only({ ...ui, prompt: { kind: 'command', text: '', fault: '' } });
    case 'filter':
      return only({
        ...ui,
        prompt: { kind: 'filter', text: ui.lists[ui.focus].filter, fault: '' },
      });
    case 'sort':
      return sortNext(ui);
    case 'reverse':
      return reverse(ui);
    default:
      return actOutside(ui, action, context);
  }
}

/** Time, looks, and what leaves the screen. */
function actOutside(ui: UiState, action: KeyAction, context: UpdateContext): Updated {
  switch (action) {
    case 'pause':
      return pause(ui, context);
    case 'step back':
    case 'step on':
    case 'minute back':
    case 'minute on':
      return step(ui, TIME_STEP_MS[action], context);
    case 'live':
      return goLive(ui, context);
    case 'faster':
      return changeInterval(ui, -1);
    case 'slower':
      return changeInterval(ui, 1);
    case 'times':
      return only({ ...ui, times: ui.times === 'relative' ? 'absolute' : 'relative' });
    case 'theme': {
      const theme = THEMES[(THEMES.indexOf(ui.theme) + 1) % THEMES.length] ?? ui.theme;
      return noticed({ ...ui, theme }, `theme ${theme}`);
    }
    case 'help':
      return only({ ...ui, overlay: { kind: 'help', top: 0 } });
    case 'menu':
      return openMenu(ui);
    case 'refresh':
      return refresh(ui);
    case 'export':
      return only(ui, { kind: 'export' });
    case 'redraw':
      return only(ui, { kind: 'redraw' });
    case 'suspend':
      return only(ui, { kind: 'suspend' });
    case 'quit':
      return only(ui, { kind: 'quit' });
    default:
      return only(ui);
  }
}

/** First what is typed over the list goes, then the moment, then the view. */
function back(ui: UiState): Updated {
  if (ui.lists[ui.focus].filter !== '') return only(withList(ui, ui.focus, { filter: '' }));
  if (ui.playback !== null && !ui.isReplay) return only({ ...ui, playback: null });
  return only(toView(ui, 'home'));
}

/** In the doctor's view the check-up itself is what can be had anew. */
function refresh(ui: UiState): Updated {
  if (ui.isReplay) return noticed(ui, 'a recording: nothing newer can be read', true);
  if (ui.view !== 'doctor') return only(ui, { kind: 'refresh' });
  const argv = ['doctor', '--daily', '--write'];
  const title = commandLine(argv);
  const overlay = { kind: 'text', title, lines: ['examining everything ...'], top: 0 } as const;
  return only({ ...ui, overlay }, { kind: 'run', title, argv });
}
