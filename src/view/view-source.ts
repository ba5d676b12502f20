import type { EngineStatus } from '../engine/ports/engine-status.js';
import { watchEffects, type EffectsWatch } from './effects-watch.js';
import { readiness, type Readiness } from './readiness.js';
import { systemView, type SystemView } from './system-view.js';

const WATCH_EVERY_MS = 1_000;

/** What control socket and metrics show, from one status and one memory of what waits. */
export interface ViewSource {
  status(): EngineStatus;
  /** Null until the first look. */
  watch(): EffectsWatch | null;
  view(): SystemView;
  /** One status with the view of it. */
  seen(): { readonly status: EngineStatus; readonly view: SystemView };
  readiness(): Readiness;
  close(): void;
}

/**
 * Looks at the engine once a second whether or not anybody asks, because "since when does this
 * trade wait for its candle" can't be told from a single look.
 * @param every starts a repeated call and returns the function that ends it
 */
export function viewSource(
  status: () => EngineStatus,
  every: (ms: number, call: () => void) => () => void = everyInterval,
): ViewSource {
  let watch: EffectsWatch | null = null;
  const look = () => {
    const now = status();
    watch = watchEffects(watch, now);
    return now;
  };
  const end = every(WATCH_EVERY_MS, look);
  const seen = () => {
    const now = look();
    return { status: now, view: systemView(now, watch) };
  };
  return {
    status,
    watch: () => watch,
    view: () => seen().view,
    seen,
    readiness: () => readiness(look(), watch),
    close: end,
  };
}

function everyInterval(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms);
  // A timer that only looks must not keep the process alive.
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
