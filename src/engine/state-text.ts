/**
 * Core state as text and back, exactly: bigints, Maps and Sets keep their kind and order, which
 * plain JSON loses. Keys that start with the tag are reserved and never occur in the state.
 */
const TAG = '$cdb';

export function stateToText(state: unknown): string {
  return JSON.stringify(state, tagged);
}

export function stateFromText(text: string): unknown {
  return JSON.parse(text, untagged);
}

function tagged(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [TAG]: 'n', v: value.toString() };
  if (value instanceof Map) return { [TAG]: 'm', v: [...value] };
  if (value instanceof Set) return { [TAG]: 's', v: [...value] };
  if (typeof value === 'number' && !Number.isFinite(value)) return { [TAG]: 'f', v: String(value) };
  return value;
}

function untagged(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(TAG in value) || !('v' in value))
    return value;
  const { v } = value;
  switch (value[TAG]) {
    case 'n':
      return BigInt(String(v));
    case 'f':
      return Number(v);
    case 'm':
      return new Map(v as [unknown, unknown][]);
    default:
      return new Set(v as unknown[]);
  }
}
