/** Fire-and-forget messages: no history, lost if nobody listens. */
export interface Topics {
  publish(topic: string, message: string): void | Promise<void>;
  /** @returns the function that ends the subscription */
  subscribe(topic: string, listener: (message: string) => void): () => void;
}

/** Small values that expire. */
export interface Keys {
  set(key: string, value: string, ttlMs: number | null): void | Promise<void>;
  /** Null when absent or expired. */
  get(key: string): string | null;
  list(prefix: string): readonly string[];
}
