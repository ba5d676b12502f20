import type { Board } from '../../view/board/board.js';
import type { UiState } from '../ui-state.js';

/** What a key needs to know of what is on the screen. */
export interface UpdateContext {
  /** The one that is shown. */
  readonly board: Board;
  readonly nowMs: number;
  /** Moments that can be gone back to; null while there is none. */
  readonly span: { readonly oldestMs: number; readonly newestMs: number } | null;
}

/** What a key asks of the world outside the screen. */
export type Effect =
  | { readonly kind: 'engage' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'export' }
  | { readonly kind: 'copy'; readonly text: string }
  /** A cdb command, whose output is then read in an overlay. */
  | { readonly kind: 'run'; readonly title: string; readonly argv: readonly string[] };

export interface Updated {
  readonly ui: UiState;
  readonly effects: readonly Effect[];
}

export function only(ui: UiState, ...effects: readonly Effect[]): Updated {
  return { ui, effects };
}

export function noticed(ui: UiState, text: string, isBad = false): Updated {
  return only({ ...ui, notice: { text, isBad } });
}
