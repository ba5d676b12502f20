import type { StackServer } from '../../engine/ports/stack-reader.js';

/** The answer of INFO; null for what the server does not say. */
export interface RedisInfo {
  readonly text: (name: string) => string | null;
  /** Whole numbers only. */
  readonly number: (name: string) => number | null;
  /** Of what is `ok` when it is well, or `1`. */
  readonly flag: (name: string) => boolean | null;
}

/** @param reply anything else than the text of INFO says nothing */
export function readInfo(reply: unknown): RedisInfo {
  const info = new Map(
    String(reply)
      .split(/\r?\n/)
      .map((line): readonly [string, string] => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const text = (name: string) => info.get(name) ?? null;
  return {
    text,
    number: (name) => {
      const digits = text(name);
      return digits !== null && /^\d{1,16}$/.test(digits) ? Number(digits) : null;
    },
    flag: (name) => {
      const word = text(name);
      return word === null ? null : word === 'ok' || word === '1';
    },
  };
}

export function stackServer({ text, number, flag }: RedisInfo): StackServer {
  const micros = number('server_time_usec');
  return {
    version: text('redis_version'),
    role: text('role'),
    clockMs: micros === null ? null : Math.round(micros / 1_000),
    maxmemoryPolicy: text('maxmemory_policy'),
    maxmemoryBytes: number('maxmemory'),
    usedMemoryBytes: number('used_memory'),
    evictedKeys: number('evicted_keys'),
    isAppendOnly: flag('aof_enabled'),
    isAppendOnlyWell: flag('aof_last_write_status'),
  };
}
