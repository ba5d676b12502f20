import type { CanaryTerms } from './canary-terms.js';

/** Content of the control register (design.md 4), as the fold and the venue gate see it. */
export type Level = 'TRADING' | 'REDUCING' | 'HALTED';
export type Mode = 'shadow' | 'paper' | 'canary' | 'live';

/** Ascending restriction; the effective level is the most restrictive one that applies. */
export const LEVELS: readonly Level[] = ['TRADING', 'REDUCING', 'HALTED'];
export const MODES: readonly Mode[] = ['shadow', 'paper', 'canary', 'live'];

/** `strategy:ID` or `symbol:S`, with the level that holds for it. */
export type Scopes = Readonly<Record<string, Level>>;

/** What a stop wants done besides: it is done once for each `killId`, whoever hears of it how often. */
export interface ExitWish {
  /** Of the change that asked for it: its epoch and a hash of who asked when for what. */
  readonly killId: string;
  /** Always, where `flatten` is asked for: an open entry would open again what was closed. */
  readonly cancelOpen: boolean;
  readonly flatten: boolean;
  /** `strategy:ID` or `symbol:S`; empty = everything. */
  readonly scopes: readonly string[];
}

/** Epochs of the newest releases; 0 where there was none. */
export interface Releases {
  /** Of one of everything, which resets the breakers. */
  readonly all: number;
  /** Of one of everything or of a scope: what was asked for before it and is gone was taken back. */
  readonly any: number;
}

export interface ControlRecord {
  readonly level: Level;
  readonly scopes: Scopes;
  readonly mode: Mode;
  /** What a canary may do; there only while the mode is canary. */
  readonly canary?: CanaryTerms;
  /** Monotonic; every order carries the epoch it was decided under. */
  readonly epoch: number;
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly atMs: number;
  readonly previousLevel: Level;
  /** Open orders to cancel and positions to close; absent where nobody has asked for it. */
  readonly exits?: readonly ExitWish[];
  /** Stays through later changes; absent where nobody ever released, and in records of older builds. */
  readonly released?: Releases;
}

/**
 * What one place of the control register says. `absent` is not `unreadable`: the first is normal in an empty
 * state directory, the second always counts as HALTED.
 */
export type ControlReading =
  | { readonly state: 'present'; readonly record: ControlRecord }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly why: string };

export function mostRestrictive(levels: readonly Level[]): Level {
  const worst = Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)));
  return LEVELS[worst] ?? 'HALTED';
}

/** The level that holds for one order: global, its strategy's and its symbol's, the worst wins. */
export function levelFor(
  control: Pick<ControlRecord, 'level' | 'scopes'>,
  target: { readonly strategyId: string; readonly symbol: string },
): Level {
  const scoped = [
    control.scopes[`strategy:${target.strategyId}`],
    control.scopes[`symbol:${target.symbol}`],
  ];
  return mostRestrictive([control.level, ...scoped.filter((level) => level !== undefined)]);
}

/** Why it holds, in words: `manual: spread gap`. */
export function whyOf({ reason, message }: Pick<ControlRecord, 'reason' | 'message'>): string {
  return [reason, message].filter(Boolean).join(': ');
}

export function withoutReleased(record: ControlRecord): ControlRecord {
  const { released, ...rest } = record;
  return released === undefined ? record : rest;
}

export function withoutCanary(record: ControlRecord): ControlRecord {
  const { canary, ...rest } = record;
  return canary === undefined ? record : rest;
}
