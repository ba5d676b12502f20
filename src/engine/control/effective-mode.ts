import type { ControlRecord, Mode } from '../domain/control.js';
import { judgeFlags, type JudgedFlags, type ModeFlags, type Permits } from './mode-flags.js';

/** What the register asks for. `venue`: of a canary, where its share of the orders goes. */
export type AskedMode =
  | { readonly state: 'known'; readonly mode: Mode; readonly venue: string | null }
  | { readonly state: 'unknown'; readonly why: string };

export interface EffectiveMode {
  readonly mode: Mode;
  /** Null where the register can't say. */
  readonly asked: Mode | null;
  /** NO-GO: shadow, because something is unknown, misspelled, contradictory or not there. */
  readonly verdict: 'AS ASKED' | 'NO-GO';
  readonly flags: JudgedFlags;
  /** Why the mode is not the one that was asked for; empty when it is. */
  readonly why: readonly string[];
  /** Why no mode above this one holds. */
  readonly notMore: readonly string[];
}

/** The simulated venue inside the engine; the only one that moves no money. */
export const PAPER_VENUE = 'paper';

/**
 * Venues that this build can send a real order to: none yet. What has no adapter can't be configured
 * into being: it is a constant of the build and no flag, file or record changes it.
 */
export const REAL_VENUES: readonly string[] = [];

/** What a record asks for. A canary whose terms were lost has no venue, and is none. */
export function askedBy(record: Pick<ControlRecord, 'mode' | 'canary'>): AskedMode {
  return { state: 'known', mode: record.mode, venue: record.canary?.venue ?? null };
}

const NO_ADAPTER = 'this build has no adapter for a real venue';

/**
 * The mode that holds, from the register and all flags together. Anything that is not exactly one of
 * the known combinations is shadow, and says why. Pure.
 * @param realVenues which real venues the build can reach
 */
export function effectiveMode(
  asked: AskedMode,
  flags: ModeFlags,
  realVenues: readonly string[] = REAL_VENUES,
): EffectiveMode {
  const judged = judgeFlags(flags);
  if (asked.state === 'unknown') {
    return noGo(null, judged, [`the register does not say a mode: ${asked.why}`], realVenues);
  }
  const why = [...judged.faults, ...refusals(asked, judged, realVenues)];
  if (why.length > 0) return noGo(asked.mode, judged, why, realVenues);
  return {
    mode: asked.mode,
    asked: asked.mode,
    verdict: 'AS ASKED',
    flags: judged,
    why: [],
    notMore: notMore(asked.mode, judged, realVenues),
  };
}

function noGo(
  asked: Mode | null,
  flags: JudgedFlags,
  why: readonly string[],
  realVenues: readonly string[],
): EffectiveMode {
  const more = notMore('shadow', flags, realVenues).filter((words) => !why.includes(words));
  return { mode: 'shadow', asked, verdict: 'NO-GO', flags, why, notMore: more };
}

function refusals(
  { mode, venue }: Extract<AskedMode, { state: 'known' }>,
  { permits, limits }: JudgedFlags,
  realVenues: readonly string[],
): readonly string[] {
  switch (mode) {
    case 'shadow':
      return [];
    case 'paper':
      return unlessExactly('simulated', permits, limits);
    case 'canary':
      if (venue === null) return ['a canary without a plan: nothing says where its orders go'];
      if (venue === PAPER_VENUE) return unlessExactly('simulated', permits, limits);
      return [
        ...unlessExactly('real', permits, limits),
        ...(realVenues.includes(venue) ? [] : [`${NO_ADAPTER} "${venue}"`]),
      ];
    case 'live':
      return [
        ...unlessExactly('real', permits, limits),
        ...(realVenues.length > 0 ? [] : [NO_ADAPTER]),
      ];
  }
}

/** Flags that allow real orders under a simulated mode contradict it just as much as the reverse. */
function unlessExactly(
  wanted: Permits,
  permits: Permits,
  limits: readonly string[],
): readonly string[] {
  if (permits === wanted) return [];
  if (permits === 'real') return ['the flags say live, the register does not'];
  // Faults of the flags are said by themselves.
  return limits;
}

function notMore(
  mode: Mode,
  { permits, faults, limits }: JudgedFlags,
  realVenues: readonly string[],
): readonly string[] {
  if (mode === 'live') return [];
  return [
    ...faults,
    ...limits,
    ...(permits === 'simulated' && mode === 'shadow' ? ['the register asks for shadow'] : []),
    ...(realVenues.length > 0 ? [] : [NO_ADAPTER]),
  ];
}
