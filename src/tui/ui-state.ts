import type { BoardListName } from '../view/board/tables/board-lists.js';
import type { ThemeName, ViewName } from '../view/screen-names.js';

/** The lists that have a selected row, a filter and an order; views and panels of Home share them. */
export type ListName = BoardListName;

export interface ListState {
  /** Key of the selected row; null: the first. */
  readonly selectedKey: string | null;
  /** As it was typed: a regular expression, `!` in front inverts, `field:text` takes one column. */
  readonly filter: string;
  readonly sort: { readonly column: string; readonly isDescending: boolean } | null;
}

/** Where an engage that was asked for stands; `ms` is from the key press. */
export interface KillLine {
  readonly who: string;
  readonly words: string;
  readonly isWell: boolean;
  readonly ms: number | null;
}

export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'kill ask' }
  | {
      readonly kind: 'kill';
      readonly state: 'sent' | 'stopped' | 'partial' | 'failed';
      readonly lines: readonly KillLine[];
    }
  /** Something to read: an entry, an explanation, a finding, the answer of a command. */
  | {
      readonly kind: 'text';
      readonly title: string;
      readonly lines: readonly string[];
      readonly top: number;
    }
  /** What `--control` can do; `selected` counts from 0. */
  | { readonly kind: 'menu'; readonly selected: number }
  | {
      readonly kind: 'confirm';
      readonly title: string;
      /** Profile and target, and what will be done: shown in front of the question. */
      readonly lines: readonly string[];
      /** The words of the command that does it. */
      readonly argv: readonly string[];
      /** Keys before this do nothing. */
      readonly deadUntilMs: number;
    };

/** The line that is typed at the foot of the screen. */
export interface Prompt {
  readonly kind: 'filter' | 'command';
  readonly text: string;
  /** What is wrong with it so far, or empty. */
  readonly fault: string;
}

export interface UiState {
  readonly view: ViewName;
  readonly lastView: ViewName;
  /** Which panel of Home, or which list of a view with two, the row keys move in. */
  readonly focus: ListName;
  readonly lists: Readonly<Record<ListName, ListState>>;
  readonly overlay: Overlay | null;
  readonly prompt: Prompt | null;
  readonly times: 'relative' | 'absolute';
  readonly theme: ThemeName;
  readonly isAscii: boolean;
  /** `--control`: more than the kill switch may be done here. */
  readonly hasControl: boolean;
  /** Null: live. Else the moment that is shown, and whether the board comes from a file. */
  readonly playback: { readonly atMs: number; readonly newestMs: number } | null;
  readonly isReplay: boolean;
  readonly intervalMs: number;
  /** The newest answer to a key: "copied", "no such view". Null once it is old. */
  readonly notice: { readonly text: string; readonly isBad: boolean } | null;
  /** When a stop that was engaged here was confirmed whole; what is read later knows more. */
  readonly killedAtMs: number | null;
}

/** What the dashboard knows of itself. */
export interface SelfFacts {
  readonly cpuFraction: number | null;
  readonly rssBytes: number;
  readonly droppedFrames: number;
  /** Alternates with every frame that was drawn: a screen that stands still is seen. */
  readonly beat: boolean;
  readonly snapshotsMs: number;
  readonly isRecording: boolean;
}
