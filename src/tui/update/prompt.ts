import type { KeyName } from '../keys/key-press.js';
import { VIEWS, type ViewName } from '../../view/screen-names.js';
import { VIEW_LISTS } from '../../view/board/view-lists.js';
import type { Prompt, UiState } from '../ui-state.js';
import { noticed, only, type Updated } from './context.js';
import { filterFault } from './list-rows.js';
import { withList } from './rows.js';

const TEXT_LENGTH_MAX = 200;

/** Names by which people call a view beside its own. */
const ALSO: Readonly<Record<string, ViewName>> = {
  risk: 'blocks',
  orders: 'fills',
  services: 'stages',
  engines: 'stages',
  mode: 'control',
  gates: 'control',
  gate: 'control',
  canary: 'control',
  readiness: 'control',
  ledger: 'audit',
  log: 'logs',
};

/** Typing at the foot of the screen. The filter takes effect while it is typed. */
export function promptKey(
  ui: UiState,
  { prompt, key }: { readonly prompt: Prompt; readonly key: KeyName },
): Updated {
  if (key === 'escape') return only(cancelled(ui, prompt));
  if (key === 'enter') return done(ui, prompt);
  if (key === 'backspace' || key === 'delete') {
    if (prompt.text === '') return only(cancelled(ui, prompt));
    return typed(ui, { ...prompt, text: Array.from(prompt.text).slice(0, -1).join('') });
  }
  const letter = key === 'space' ? ' ' : key;
  if (Array.from(letter).length !== 1) return only(ui);
  return typed(ui, { ...prompt, text: `${prompt.text}${letter}` });
}

/** A paste is text, whatever it holds: it presses no key. */
export function pasted(ui: UiState, text: string): Updated {
  const { prompt } = ui;
  if (prompt === null) return only(ui);
  const [line = ''] = text.split(/[\r\n]/);
  return typed(ui, { ...prompt, text: `${prompt.text}${line}` });
}

function typed(ui: UiState, prompt: Prompt): Updated {
  const text = prompt.text.slice(0, TEXT_LENGTH_MAX);
  if (prompt.kind === 'command') return only({ ...ui, prompt: { ...prompt, text, fault: '' } });
  const fault = filterFault(ui.focus, text);
  const next = { ...ui, prompt: { ...prompt, text, fault } };
  // A pattern that is not finished yet must not empty the list.
  return only(fault === '' ? withList(next, ui.focus, { filter: text }) : next);
}

function cancelled(ui: UiState, prompt: Prompt): UiState {
  const closed = { ...ui, prompt: null };
  return prompt.kind === 'filter' ? withList(closed, ui.focus, { filter: '' }) : closed;
}

function done(ui: UiState, prompt: Prompt): Updated {
  const closed = { ...ui, prompt: null };
  if (prompt.kind === 'filter') {
    return prompt.fault === '' ? only(closed) : noticed(closed, prompt.fault, true);
  }
  return command(closed, prompt.text.trim());
}

/** `streams`, `fills sym=BTC`, `6`, `q`. */
function command(ui: UiState, text: string): Updated {
  const [word = '', ...rest] = text.split(/\s+/);
  if (word === '') return only(ui);
  if (word === 'q' || word === 'quit') return only(ui, { kind: 'quit' });
  const view = viewCalled(word);
  if (view === undefined) {
    return noticed(ui, `no view "${word}": ${VIEWS.join(', ')}`, true);
  }
  const shown = toView(ui, view);
  const filter = rest.map((term) => term.replace(/^(\w+)=/, '$1:')).join(' ');
  return only(filter === '' ? shown : withList(shown, shown.focus, { filter }));
}

function viewCalled(word: string): ViewName | undefined {
  const byNumber = /^[1-9]$/.test(word) ? VIEWS[Number(word) - 1] : undefined;
  const begins = word.length > 1 ? VIEWS.find((name) => name.startsWith(word)) : undefined;
  return byNumber ?? VIEWS.find((name) => name === word) ?? ALSO[word] ?? begins;
}

export function toView(ui: UiState, view: ViewName): UiState {
  if (view === ui.view) return ui;
  const [focus] = VIEW_LISTS[view];
  return { ...ui, view, lastView: ui.view, focus };
}
