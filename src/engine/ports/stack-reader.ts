import type { EventLog, LogId } from './event-log.js';

/** A consumer group of a stream. Null is "unknown", which is not 0. */
export interface StreamGroup {
  readonly name: string;
  readonly consumers: number | null;
  /** Delivered and not acknowledged. */
  readonly pending: number | null;
  /** Not delivered yet; unknown once entries in front of the group were deleted. */
  readonly lag: number | null;
  readonly lastDeliveredId: LogId | null;
}

export interface TopicListeners {
  readonly topic: string;
  /** Null when the user may not ask. */
  readonly subscribers: number | null;
}

export interface ExpiringKey {
  readonly key: string;
  /** Null = it never expires. */
  readonly ttlMs: number | null;
}

/** What a server says of itself; null where it does not. */
export interface StackServer {
  readonly version: string | null;
  /** `master` or `slave`, in the server's words. */
  readonly role: string | null;
  readonly clockMs: number | null;
  readonly maxmemoryPolicy: string | null;
  /** 0 = no limit. */
  readonly maxmemoryBytes: number | null;
  readonly usedMemoryBytes: number | null;
  readonly evictedKeys: number | null;
  readonly isAppendOnly: boolean | null;
  /** False: the last write of the append-only file failed. */
  readonly isAppendOnlyWell: boolean | null;
}

/** The Redis of a stack that runs without us, read-only. Every call throws DependencyError. */
export interface StackReader {
  readonly log: Pick<EventLog, 'list' | 'tail' | 'info' | 'read'>;
  groups(stream: string): Promise<readonly StreamGroup[]>;
  listeners(topics: readonly string[]): Promise<readonly TopicListeners[]>;
  /** At most `limit`, in no order. */
  keys(prefix: string, limit: number): Promise<readonly ExpiringKey[]>;
  server(): Promise<StackServer>;
}
