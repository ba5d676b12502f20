export interface ServiceFacts {
  /** Members of the stack as the container runtime (or a record of it) has them. */
  readonly containers: readonly Container[];
  /** Answers of the configured HTTP endpoints, one for each service that is expected. */
  readonly services: readonly ServiceAnswer[];
}

export interface Container {
  readonly name: string;
  readonly state: 'running' | 'restarting' | 'paused' | 'exited' | 'created' | 'dead' | 'unknown';
  readonly health: 'healthy' | 'starting' | 'unhealthy' | null;
  /** Null where the record does not say; null is not 0. */
  readonly upMs: number | null;
  readonly restarts: number | null;
  readonly oomKilled: boolean | null;
  readonly cpuPercent: number | null;
  readonly memoryMib: number | null;
  readonly memoryLimitMib: number | null;
  readonly networks: readonly string[] | null;
}

/** One sample of a scrape: `orders_blocked_total{reason="RC_002"} 14842`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What one service says at `/health`, `/status` and `/metrics`. Null: it has no such endpoint. */
export interface ServiceAnswer {
  readonly service: string;
  readonly url: string;
  /** Null when it answered; else why it did not. */
  readonly fault: string | null;
  readonly health: { readonly status: number; readonly body: unknown } | null;
  readonly status: { readonly status: number; readonly body: unknown } | null;
  readonly series: readonly Series[] | null;
  readonly observedAtMs: number;
}
