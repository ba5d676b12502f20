/** From where on a stack that runs without us is not well. */
export const STACK_LIMITS = {
  /** A window is 60 s, its sweeper one window late, and a window without trades makes no candle. */
  candleMs: 180_000,
  /** Repeated every 60 s; risk takes none that is older (RC_001). */
  regimeMs: 300_000,
  /** An order times out after 10 s, and every order gets a result. */
  resultMs: 60_000,
  clockMs: 2_000,
  memoryShare: 0.9,
} as const;
