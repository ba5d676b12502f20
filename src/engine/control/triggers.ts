import type { ControlRecord, Level } from '../domain/control.js';
import { levelFor, mostRestrictive } from '../domain/control.js';
import { confirms, type Confirmation } from '../domain/confirmation.js';

export const TRIGGERS = [
  'breaker',
  'audit_stalled',
  'market_data_stale',
  'clock_skew',
  'control_channel_lost',
  'feed_schema_unknown',
] as const;
export type TriggerName = (typeof TRIGGERS)[number];

export interface TriggerLimits {
  readonly confirmation: Confirmation;
  readonly auditStalledMs: number;
  readonly marketDataStaleMs: number;
  readonly clockSkewMs: number;
  readonly controlLostMs: number;
  /** Of the frames between two looks. */
  readonly unreadableFraction: number;
  /** Fewer unreadable frames between two looks are no breach. */
  readonly unreadableFramesMin: number;
}

/** What the register says, and whether every place of it can be read. */
export interface TriggerControl extends Pick<ControlRecord, 'level'> {
  readonly isCertain: boolean;
}

/** What one look sees. Times are of the local clock. */
export interface TriggerFacts {
  readonly nowMs: number;
  /** Names of those that the fold holds open; it has confirmed each of them by itself. */
  readonly breakersOpen: readonly string[];
  readonly audit: { readonly stalledSinceMs: number | null; readonly why: string };
  /** Of a live feed; null of one that has neither connections nor a clock. */
  readonly feed: FeedFacts | null;
  /** Empty while every place of the register and the control socket can be reached. */
  readonly lostChannels: readonly { readonly name: string; readonly sinceMs: number }[];
}

interface FeedFacts {
  readonly symbols: readonly { readonly symbol: string; readonly lastDataAtMs: number | null }[];
  /** Venue time less local time, and how far that may be wrong; null while it is not known well. */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number } | null;
  readonly framesTotal: number;
  readonly unreadableTotal: number;
}

/** The newest looks of each trigger: what was seen, or null where nothing was wrong. Bounded. */
export interface TriggerState {
  recent: Partial<Record<TriggerName, (string | null)[]>>;
  /** Of the look before. */
  frames: Pick<FeedFacts, 'framesTotal' | 'unreadableTotal'> | null;
}

/** One that has to restrict trading now. */
export interface Firing {
  readonly trigger: TriggerName | 'repeated_execution';
  readonly level: Exclude<Level, 'TRADING'>;
  /** Empty = everything. */
  readonly scopes: readonly string[];
  readonly reason: string;
  /** What was seen, newest last. */
  readonly evidence: readonly string[];
}

/**
 * HALTED where not even an exit may trust what it is decided on; elsewhere exits pass, because one
 * that is refused keeps the risk.
 */
const RULES: Readonly<Record<TriggerName, { level: Firing['level']; reason: string }>> = {
  // A reason word of the original, which dashboards know.
  breaker: { level: 'REDUCING', reason: 'circuit_breaker' },
  audit_stalled: { level: 'REDUCING', reason: 'audit_stalled' },
  market_data_stale: { level: 'REDUCING', reason: 'market_data_stale' },
  clock_skew: { level: 'HALTED', reason: 'clock_skew' },
  control_channel_lost: { level: 'REDUCING', reason: 'control_channel_lost' },
  feed_schema_unknown: { level: 'HALTED', reason: 'feed_schema_unknown' },
};

export function initialTriggers(): TriggerState {
  return { recent: {}, frames: null };
}

/**
 * One look: which triggers are confirmed with it. What the register restricts as far already is not
 * confirmed again; once it is released, it takes new breaches.
 */
export function lookAtTriggers(
  state: TriggerState,
  facts: TriggerFacts,
  control: TriggerControl,
  limits: TriggerLimits,
): readonly Firing[] {
  const seen = breaches(facts, state.frames, limits);
  state.frames = facts.feed;
  return TRIGGERS.flatMap((trigger): readonly Firing[] => {
    const rule = RULES[trigger];
    // A register that can't be read is HALTED for as long as that lasts, and on record nowhere.
    const isOnRecord = control.isCertain || trigger !== 'control_channel_lost';
    if (isOnRecord && mostRestrictive([control.level, rule.level]) === control.level) {
      state.recent[trigger] = [];
      return [];
    }
    const recent = (state.recent[trigger] ??= []);
    if (!confirms(recent, seen[trigger], limits.confirmation)) return [];
    state.recent[trigger] = [];
    const evidence = recent.filter((one) => one !== null);
    return [{ trigger, ...rule, scopes: [], evidence }];
  });
}

/** True where the strategy is stopped already, by whatever means. */
export function isStopped(
  control: Pick<ControlRecord, 'level' | 'scopes'>,
  strategyId: string,
): boolean {
  return levelFor(control, { strategyId, symbol: '' }) === 'HALTED';
}

/** What is wrong now, in words with the figures that were compared. */
function breaches(
  { nowMs, breakersOpen, audit, feed, lostChannels }: TriggerFacts,
  before: TriggerState['frames'],
  limits: TriggerLimits,
): Readonly<Record<TriggerName, string | null>> {
  const stalledMs = audit.stalledSinceMs === null ? 0 : nowMs - audit.stalledSinceMs;
  const lost = lostChannels.filter(({ sinceMs }) => nowMs - sinceMs > limits.controlLostMs);
  return {
    breaker: breakersOpen.length === 0 ? null : `breaker ${breakersOpen.join(', ')} is open`,
    audit_stalled: over('audit stalled for', stalledMs, limits.auditStalledMs, audit.why),
    market_data_stale: feed === null ? null : staleWords(feed, nowMs, limits),
    clock_skew: feed === null ? null : skewWords(feed, limits),
    control_channel_lost: wordsOf(
      lost.map(({ name, sinceMs }) => `${name} unreachable for ${nowMs - sinceMs} ms`),
    ),
    feed_schema_unknown: feed === null ? null : schemaWords(feed, before, limits),
  };
}

function over(what: string, ms: number, limitMs: number, why: string): string | null {
  return ms > limitMs ? `${what} ${ms} ms > ${limitMs} ms: ${why}` : null;
}

/** One symbol that is silent may be a quiet market; a feed of which all are is none. */
function staleWords({ symbols }: FeedFacts, nowMs: number, limits: TriggerLimits): string | null {
  // What never came was never decided on.
  const ages = symbols.flatMap(({ lastDataAtMs }) =>
    lastDataAtMs === null ? [] : [nowMs - lastDataAtMs],
  );
  if (ages.length === 0) return null;
  const what = `no data of any of ${symbols.length} symbols for`;
  return over(what, Math.min(...ages), limits.marketDataStaleMs, 'the newest');
}

/** What the clock is off at least, whatever the measurement is wrong by. */
function skewWords({ clock }: FeedFacts, limits: TriggerLimits): string | null {
  if (clock === null) return null;
  const leastMs = Math.abs(clock.offsetMs) - clock.errorMs;
  const why = `offset ${clock.offsetMs} ms, error at most ${clock.errorMs} ms`;
  return over('local clock is off by', leastMs, limits.clockSkewMs, why);
}

function schemaWords(
  feed: FeedFacts,
  before: TriggerState['frames'],
  limits: TriggerLimits,
): string | null {
  if (before === null) return null;
  const frames = feed.framesTotal - before.framesTotal;
  const unreadable = feed.unreadableTotal - before.unreadableTotal;
  if (unreadable < limits.unreadableFramesMin) return null;
  if (unreadable < limits.unreadableFraction * Math.max(frames, unreadable)) return null;
  return `${unreadable} of ${Math.max(frames, unreadable)} frames can't be read`;
}

function wordsOf(parts: readonly string[]): string | null {
  return parts.length === 0 ? null : parts.join(', ');
}
