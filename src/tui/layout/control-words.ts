import { freshnessLabel } from './freshness-label.js';
import type { Scene } from './scene.js';

export interface LevelWords {
  readonly long: string;
  readonly short: string;
  /** Known to be anything but TRADING: orders do not go out. */
  readonly isStopped: boolean;
  /** Never read, or too old to be believed. */
  readonly isUnknown: boolean;
}

/** The level in words. A stop that was engaged here counts until the register is read after it. */
export function levelOf({ board, ui, shownMs }: Scene): LevelWords {
  const { control } = board;
  const known = control.value;
  const isOlder = ui.killedAtMs !== null && (control.asOfMs ?? 0) <= ui.killedAtMs;
  if (isOlder && (known === null || known.level === 'TRADING')) {
    return { long: 'HALTED (engaged here)', short: 'HALTED', isStopped: true, isUnknown: false };
  }
  if (known === null) {
    return { long: 'level UNKNOWN', short: 'level ?', isStopped: false, isUnknown: true };
  }
  const { doubt, span } = freshnessLabel(control, shownMs);
  const stopped = known.scopes.filter((scope) => scope.level !== 'TRADING').length;
  const isPartly = known.level === 'TRADING' && stopped > 0;
  const level = `${known.level}${doubt}${isPartly ? ` (${stopped} stopped)` : ''}`;
  const why = known.level === 'TRADING' || known.reason === '' ? '' : `: ${known.reason}`;
  return {
    long: `${level}${why}${doubt === '' ? '' : ` ${span.text}`}`,
    short: level,
    isStopped: known.level !== 'TRADING',
    isUnknown: doubt !== '',
  };
}

export function modeOf({ board }: Scene): string {
  return board.control.value?.mode.toUpperCase() ?? 'mode ?';
}
