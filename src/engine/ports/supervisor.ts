/** READY: the start-up is over. ALIVE: the loop goes round. STOPPING: no further trade is taken. */
export type SignOfLife = 'READY' | 'ALIVE' | 'STOPPING';

/** Whoever started the engine, ends it when it hangs, and starts it again. */
export interface Supervisor {
  /** It ends an engine from which it has heard no `ALIVE` for so long; null when it waits for none. */
  readonly aliveWithinMs: number | null;
  /**
   * Bounded in time.
   * @returns whether it was heard
   * @throws never; what is wrong is told elsewhere
   */
  tell(sign: SignOfLife): Promise<boolean>;
}
