import type { Hash } from './hash.js';

/**
 * Where a fact was born: the journal sequence of its input and its place among that input's
 * outputs. Every id derives from the run and this pair, so redelivery yields the same id.
 */
export interface Ref {
  readonly seq: number;
  readonly ord: number;
}

const CDB_NAMESPACE = uuidNamespace('5f1d7c1e-6b0a-5c39-9d0e-7a1f2b3c4d5e');
const DECISION_NAMESPACE = uuidNamespace('a1b2c3d4-e5f6-7890-abcd-ef1234567890');
const CORRELATION_NAMESPACE = uuidNamespace('c0ffe100-cafe-4000-babe-000000000001');
const LEDGER_EVENT_NAMESPACE = uuidNamespace('c0ffe100-cafe-4000-babe-000000000002');

export function uuidNamespace(uuid: string): Uint8Array {
  const pairs = uuid.replaceAll('-', '').match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** RFC 4122 name-based UUID, version 5. @param space the namespace's 16 bytes */
export function uuidV5(hash: Hash, space: Uint8Array, name: string): string {
  const hex = hash.sha1Hex(space, name);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}`;
  return `${head}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function refText(ref: Ref): string {
  return `${String(ref.seq)}-${String(ref.ord)}`;
}

/** Ids of one run's facts. The same run and ref always give the same id. */
export interface RunIds {
  readonly runId: string;
  event(ref: Ref): string;
  signal(ref: Ref): string;
  decision(ref: Ref): string;
  order(ref: Ref): string;
  fill(ref: Ref): string;
  /** At most 32 characters of `[0-9A-Za-z_-]`, the tightest venue rule (exchange.md 3.4). */
  clientOrder(ref: Ref): string;
  correlation(signalId: string): string;
  ledgerEvent(parts: { signalId: string; type: string; orderId?: string; fillId?: string }): string;
  /** The original's key (symbol:ts:hash), kept as a plain column because it is not unique. */
  referencePk(symbol: string, tsMs: number, inputHash: string): string;
}

export function runIds(hash: Hash, runId: string): RunIds {
  const own = (what: string, ref: Ref): string =>
    uuidV5(hash, CDB_NAMESPACE, `${runId}|${what}|${refText(ref)}`);
  return {
    runId,
    event: (ref) => own('event', ref),
    signal: (ref) => `sig-${own('signal', ref).replaceAll('-', '')}`,
    decision: (ref) => own('decision', ref),
    order: (ref) => own('order', ref),
    fill: (ref) => own('fill', ref),
    clientOrder: (ref) => `cdb-${own('client', ref).replaceAll('-', '').slice(0, 28)}`,
    correlation: (signalId) => uuidV5(hash, CORRELATION_NAMESPACE, signalId),
    ledgerEvent: ({ signalId, type, orderId, fillId }) =>
      uuidV5(
        hash,
        LEDGER_EVENT_NAMESPACE,
        `${signalId}|${type}|${orderId ?? '-'}|${fillId ?? '-'}`,
      ),
    referencePk: (symbol, tsMs, inputHash) =>
      uuidV5(hash, DECISION_NAMESPACE, `${symbol}:${String(tsMs)}:${inputHash}`),
  };
}

/** Names a run: what makes it one (feed, mode, seed, ...) and when it was started. */
export function runIdOf(hash: Hash, identity: string, startedAtMs: number): string {
  return uuidV5(hash, CDB_NAMESPACE, `run|${identity}|${String(startedAtMs)}`);
}
