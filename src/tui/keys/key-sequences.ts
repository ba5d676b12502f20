import type { KeyName } from './key-press.js';

const CONTROLS: ReadonlyMap<number, KeyName> = new Map([
  [0x03, 'ctrl-c'],
  [0x08, 'backspace'],
  [0x09, 'tab'],
  [0x0a, 'enter'],
  [0x0c, 'ctrl-l'],
  [0x0d, 'enter'],
  [0x1a, 'ctrl-z'],
  [0x7f, 'backspace'],
]);

/** Letters that end a sequence after `CSI` and after `SS3` alike. */
const BY_LETTER: ReadonlyMap<string, KeyName> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['C', 'right'],
  ['D', 'left'],
  ['F', 'end'],
  ['H', 'home'],
]);

/** Numbers in front of `~`, as the VT220, rxvt and the Linux console count. */
const BY_NUMBER: ReadonlyMap<string, KeyName> = new Map([
  ['1', 'home'],
  ['3', 'delete'],
  ['4', 'end'],
  ['5', 'pageup'],
  ['6', 'pagedown'],
  ['7', 'home'],
  ['8', 'end'],
]);

export function controlKey(byte: number): KeyName | null {
  return CONTROLS.get(byte) ?? null;
}

/** @returns null for a sequence that is no key of ours, one with Ctrl, Alt or Shift among them */
export function finalKey(parameters: string, final: string): KeyName | null {
  const [number = '', modifier = '1', ...more] = parameters.split(';');
  if (modifier !== '1' || more.length > 0) return null;
  if (final === '~') return BY_NUMBER.get(number) ?? null;
  if (number !== '' && number !== '1') return null;
  return final === 'Z' ? 'shift-tab' : (BY_LETTER.get(final) ?? null);
}

export function ss3Key(parameters: string, final: string): KeyName | null {
  if (parameters !== '') return null;
  // Enter of a keypad in application mode.
  return final === 'M' ? 'enter' : (BY_LETTER.get(final) ?? null);
}
