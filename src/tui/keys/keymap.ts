import type { KeyName } from './key-press.js';

export type KeyAction =
  | 'view'
  | 'next panel'
  | 'previous panel'
  | 'up'
  | 'down'
  | 'page up'
  | 'page down'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'last view'
  | 'command'
  | 'filter'
  | 'next match'
  | 'previous match'
  | 'sort'
  | 'reverse'
  | 'pause'
  | 'step back'
  | 'step on'
  | 'minute back'
  | 'minute on'
  | 'live'
  | 'explain'
  | 'copy'
  | 'export'
  | 'refresh'
  | 'theme'
  | 'times'
  | 'faster'
  | 'slower'
  | 'menu'
  | 'kill'
  | 'help'
  | 'redraw'
  | 'suspend'
  | 'quit';

export interface KeyBinding {
  readonly action: KeyAction;
  readonly keys: readonly KeyName[];
  /** As people read it: `1-9`, `↑↓ j k`. */
  readonly label: string;
  readonly does: string;
  /** For the foot of the screen, where only the most needed stand. */
  readonly short?: string;
  readonly group: 'views' | 'rows' | 'time' | 'act';
}

/** The one list of keys: the handler, the help overlay and the page for operators read it. */
export const KEY_BINDINGS: readonly KeyBinding[] = [
  {
    action: 'view',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    ...{ label: '1-9', does: 'open a view', short: 'view', group: 'views' },
  },
  {
    action: 'next panel',
    keys: ['tab', 'right', 'l'],
    ...{ label: 'Tab → l', does: 'next panel', group: 'views' },
  },
  {
    action: 'previous panel',
    keys: ['shift-tab', 'left', 'h'],
    ...{ label: 'S-Tab ← h', does: 'previous panel', group: 'views' },
  },
  { action: 'last view', keys: ['-'], label: '-', does: 'the view before', group: 'views' },
  {
    action: 'command',
    keys: [':'],
    ...{ label: ':', does: 'type a view, e.g. :fills sym=BTC', group: 'views' },
  },
  { action: 'up', keys: ['up', 'k'], label: '↑ k', does: 'row above', group: 'rows' },
  {
    action: 'down',
    keys: ['down', 'j'],
    ...{ label: '↓ j', does: 'row below', short: 'row', group: 'rows' },
  },
  { action: 'page up', keys: ['pageup'], label: 'PgUp', does: 'ten rows up', group: 'rows' },
  { action: 'page down', keys: ['pagedown'], label: 'PgDn', does: 'ten rows down', group: 'rows' },
  { action: 'first', keys: ['g', 'home'], label: 'g Home', does: 'first row', group: 'rows' },
  { action: 'last', keys: ['G', 'end'], label: 'G End', does: 'last row', group: 'rows' },
  {
    action: 'open',
    keys: ['enter'],
    ...{ label: 'Enter', does: 'open the row', short: 'open', group: 'rows' },
  },
  { action: 'back', keys: ['escape', 'backspace'], label: 'Esc', does: 'back', group: 'rows' },
  {
    action: 'filter',
    keys: ['/'],
    ...{
      label: '/',
      does: 'filter rows: a regular expression, !not, field:text',
      short: 'filter',
      group: 'rows',
    },
  },
  { action: 'next match', keys: ['n'], label: 'n', does: 'next match', group: 'rows' },
  { action: 'previous match', keys: ['N'], label: 'N', does: 'match before', group: 'rows' },
  { action: 'sort', keys: ['s'], label: 's', does: 'sort by the next column', group: 'rows' },
  { action: 'reverse', keys: ['S'], label: 'S', does: 'reverse the order', group: 'rows' },
  {
    action: 'explain',
    keys: ['e'],
    ...{ label: 'e', does: 'explain the row', short: 'explain', group: 'rows' },
  },
  {
    action: 'copy',
    keys: ['y'],
    ...{ label: 'y', does: 'copy the row as JSON', short: 'copy', group: 'rows' },
  },
  {
    action: 'pause',
    keys: ['space'],
    ...{ label: 'Space', does: 'hold the screen, or go on', short: 'pause', group: 'time' },
  },
  {
    action: 'step back',
    keys: [','],
    ...{ label: ',', does: 'one second back', short: 'time', group: 'time' },
  },
  { action: 'step on', keys: ['.'], label: '.', does: 'one second on', group: 'time' },
  { action: 'minute back', keys: ['<'], label: '<', does: 'one minute back', group: 'time' },
  { action: 'minute on', keys: ['>'], label: '>', does: 'one minute on', group: 'time' },
  { action: 'live', keys: ['0'], label: '0', does: 'back to now', group: 'time' },
  {
    action: 'times',
    keys: ['a'],
    ...{ label: 'a', does: 'times as age or as time of day', group: 'time' },
  },
  { action: 'refresh', keys: ['r'], label: 'r', does: 'read everything now', group: 'time' },
  { action: 'faster', keys: ['+'], label: '+', does: 'draw more often', group: 'time' },
  { action: 'slower', keys: ['_'], label: '_', does: 'draw less often', group: 'time' },
  {
    action: 'export',
    keys: ['x'],
    ...{ label: 'x', does: 'write screen and data to files', short: 'export', group: 'act' },
  },
  { action: 'theme', keys: ['t'], label: 't', does: 'next theme', group: 'act' },
  { action: 'redraw', keys: ['ctrl-l'], label: 'Ctrl-L', does: 'draw anew', group: 'act' },
  {
    action: 'menu',
    keys: ['m'],
    ...{ label: 'm', does: 'change something (needs --control)', group: 'act' },
  },
  {
    action: 'kill',
    keys: ['K'],
    ...{ label: 'K', does: 'kill switch: K, then y', short: 'kill-switch', group: 'act' },
  },
  { action: 'help', keys: ['?'], label: '?', does: 'this help', short: 'help', group: 'act' },
  { action: 'suspend', keys: ['ctrl-z'], label: 'Ctrl-Z', does: 'to the shell', group: 'act' },
  {
    action: 'quit',
    keys: ['q', 'ctrl-c'],
    ...{ label: 'q', does: 'quit; the engine keeps running', short: 'quit', group: 'act' },
  },
];
