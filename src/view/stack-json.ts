import type { StackView } from './stack-view.js';
import { streamViewJson } from './streams-json.js';

/** The view as `cdb status --json` has it. */
export function stackJson(view: StackView) {
  const { server } = view;
  return {
    word: view.word,
    started_by: view.startedBy,
    reasons: view.reasons,
    warnings: view.warnings,
    observed_at: new Date(view.observedAtMs).toISOString(),
    streams: view.streams.map(streamViewJson),
    topics: view.topics,
    states: view.states.map(({ key, ttlMs }) => ({ key, ttl_ms: ttlMs })),
    server: {
      version: server.version,
      role: server.role,
      clock_at: server.clockMs === null ? null : new Date(server.clockMs).toISOString(),
      maxmemory_policy: server.maxmemoryPolicy,
      maxmemory_bytes: server.maxmemoryBytes,
      used_memory_bytes: server.usedMemoryBytes,
      evicted_keys: server.evictedKeys,
      append_only: server.isAppendOnly,
      append_only_well: server.isAppendOnlyWell,
    },
  };
}
