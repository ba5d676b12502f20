import type { Heartbeat, HeartbeatReading } from '../domain/heartbeat.js';

export interface JudgeLimits {
  /** An engine that has not moved for so long is late. */
  readonly limitMs: number;
  /** So many late looks in a row are an alarm. */
  readonly lateLooks: number;
  /** One look counts for no more: time in which the watchdog did not look proves nothing. */
  readonly lookMsMax: number;
}

/** What was seen so far. */
export interface Watch {
  readonly seen: Heartbeat | null;
  /** Of the watchdog's own monotonic clock, which no change of the time moves. */
  readonly lookedAtMs: number | null;
  /** Watched time since the heartbeat moved last. */
  readonly silentMs: number;
  readonly lateLooks: number;
  /** Of an alarm that a person has acknowledged: no second one for the same standstill. */
  readonly settled: string | null;
}

export type Verdict =
  /** No engine has ever run here. */
  | { readonly kind: 'waiting' }
  /** It beats, or is not late yet. */
  | { readonly kind: 'watching'; readonly heartbeat: Heartbeat | null; readonly moved: boolean }
  /** It said goodbye. */
  | { readonly kind: 'ended'; readonly heartbeat: Heartbeat }
  /** `standstill` names this one standstill, the same after a restart of the watchdog. */
  | {
      readonly kind: 'late';
      readonly heartbeat: Heartbeat | null;
      readonly standstill: string;
      readonly silentMs: number;
      readonly why: string;
    };

export const FIRST_WATCH: Watch = {
  seen: null,
  lookedAtMs: null,
  silentMs: 0,
  lateLooks: 0,
  settled: null,
};

/** One look at the heartbeat. Pure: the same looks give the same verdicts. */
export function look(
  watch: Watch,
  { atMs, reading }: { readonly atMs: number; readonly reading: HeartbeatReading },
  limits: JudgeLimits,
): { readonly watch: Watch; readonly verdict: Verdict } {
  const found = reading.state === 'present' ? reading.heartbeat : null;
  const seen = found ?? watch.seen;
  const isAway = reading.state === 'absent' && (seen === null || seen.phase === 'stopped');
  const moved = found !== null && (watch.seen === null || !isSameBeat(found, watch.seen));
  if (isAway || moved || found?.phase === 'stopped') {
    const next = { ...watch, seen, lookedAtMs: atMs, silentMs: 0, lateLooks: 0 };
    return { watch: next, verdict: calm(seen, moved) };
  }
  const elapsedMs = watch.lookedAtMs === null ? 0 : atMs - watch.lookedAtMs;
  const silentMs = watch.silentMs + Math.min(elapsedMs, limits.lookMsMax);
  const lateLooks = silentMs >= limits.limitMs ? watch.lateLooks + 1 : 0;
  const next = { ...watch, seen, lookedAtMs: atMs, silentMs, lateLooks };
  const standstill = standstillOf(seen);
  if (lateLooks < limits.lateLooks || standstill === watch.settled) {
    return { watch: next, verdict: { kind: 'watching', heartbeat: seen, moved: false } };
  }
  const why = whyLate(reading);
  return { watch: next, verdict: { kind: 'late', heartbeat: seen, standstill, silentMs, why } };
}

function calm(seen: Heartbeat | null, moved: boolean): Verdict {
  if (seen === null) return { kind: 'waiting' };
  if (seen.phase === 'stopped') return { kind: 'ended', heartbeat: seen };
  return { kind: 'watching', heartbeat: seen, moved };
}

function isSameBeat(a: Heartbeat, b: Heartbeat): boolean {
  return a.pid === b.pid && a.startedAtMs === b.startedAtMs && a.beat === b.beat;
}

function standstillOf(seen: Heartbeat | null): string {
  if (seen === null) return 'unreadable';
  return `${seen.pid}-${seen.startedAtMs}-${seen.beat}`;
}

function whyLate(reading: HeartbeatReading): string {
  switch (reading.state) {
    case 'present':
      return 'the heartbeat stands still';
    case 'absent':
      return 'the heartbeat file is gone';
    case 'unreadable':
      return `the heartbeat can't be read: ${reading.why}`;
  }
}
