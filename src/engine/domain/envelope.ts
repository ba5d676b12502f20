import { canonicalJson, ENVELOPE_STYLE } from './canonical-json.js';
import { isExactObject, type ExactJson, type ExactObject } from './exact-json.js';
import type { Hash } from './hash.js';
import { ISO_MS_MAX, isoFromMs } from './iso-time.js';

/** Recorded events of one run: hashes, chain and the rules of a valid sequence. */
export const ENVELOPE_SCHEMA = 'envelope.v1';
export const GENESIS_CHAIN_HASH = '0'.repeat(64);
/** Ids are kept to find repeated ones; a longer record has to be checked in parts. */
const ENVELOPES_MAX = 1_000_000;

type Sha256 = Pick<Hash, 'sha256Hex'>;

/** Hash of one event over its canonical JSON. */
export function eventHash(envelope: ExactObject, hash: Sha256): string {
  return hash.sha256Hex(canonicalJson(envelope, ENVELOPE_STYLE));
}

/** The rolling hash after one more event; before the first it is `GENESIS_CHAIN_HASH`. */
export function chainHash(previous: string, nextEventHash: string, hash: Sha256): string {
  return hash.sha256Hex(`${previous}:${nextEventHash}`);
}

/** The other chain hash that reports carry: over the list of event hashes. They differ. */
export function envelopeChainHash(eventHashes: readonly string[], hash: Sha256): string {
  return hash.sha256Hex(canonicalJson(eventHashes, ENVELOPE_STYLE));
}

/** @returns every rule that a single envelope breaks; empty if it is valid */
export function envelopeFaults(envelope: ExactJson): readonly string[] {
  if (!isExactObject(envelope)) return ['the envelope must be an object'];
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  check(
    envelope.get('schema_version') === ENVELOPE_SCHEMA,
    `schema_version must be ${ENVELOPE_SCHEMA}`,
  );
  check(EVENT_TYPES.has(envelope.get('event_type')), 'event_type must be DECISION, ORDER or FILL');
  check(textOf(envelope.get('event_id')) !== '', 'event_id must be text');
  check(isExactObject(envelope.get('payload')), 'payload must be an object');
  for (const name of TEXT_MEMBERS) {
    check(isOptional(envelope.get(name), isText), `${name} must be text`);
  }
  for (const name of OBJECT_MEMBERS) {
    check(isOptional(envelope.get(name), isExactObject), `${name} must be an object`);
  }
  const tsMs = timeOf(envelope);
  if (tsMs === undefined) return [...faults, 'ts_ms must be an integer from 0'];
  // Older records have no created_at; a wrong one would contradict ts_ms.
  const createdAt = envelope.get('created_at') ?? null;
  check(
    createdAt === null || createdAt === isoFromMs(tsMs),
    'created_at must be the time of ts_ms',
  );
  return faults;
}

const EVENT_TYPES: ReadonlySet<ExactJson | undefined> = new Set(['DECISION', 'ORDER', 'FILL']);
const TEXT_MEMBERS = [
  'correlation_id',
  'trace_id',
  'policy_id',
  'policy_hash',
  'input_hash',
  'output_hash',
  'replay_run_id',
];
const OBJECT_MEMBERS = ['decision_context', 'policy_snapshot'];

function isOptional(
  value: ExactJson | undefined,
  is: (value: ExactJson | undefined) => boolean,
): boolean {
  return value === undefined || value === null || is(value);
}

function isText(value: ExactJson | undefined): boolean {
  return typeof value === 'string';
}

function textOf(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(envelope: ExactObject): number | undefined {
  const tsMs = envelope.get('ts_ms');
  const valid = typeof tsMs === 'bigint' && tsMs >= 0n && tsMs <= BigInt(ISO_MS_MAX);
  return valid ? Number(tsMs) : undefined;
}

export type ChainedEnvelope =
  | { readonly ok: true; readonly eventHash: string; readonly chainHash: string }
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Follows a record: each envelope is valid, time never goes back, no id twice. A refused envelope
 * leaves the chain as it was, so the caller chooses between stopping and skipping.
 */
export class EnvelopeChain {
  readonly #hash: Sha256;
  readonly #ids = new Set<string>();
  #lastMs = 0;
  #chain = GENESIS_CHAIN_HASH;

  constructor(hash: Sha256) {
    this.#hash = hash;
  }

  get chainHash(): string {
    return this.#chain;
  }

  add(envelope: ExactJson): ChainedEnvelope {
    const faults = envelopeFaults(envelope);
    if (faults.length > 0 || !isExactObject(envelope)) return { ok: false, faults };
    const id = textOf(envelope.get('event_id'));
    const tsMs = timeOf(envelope) ?? 0;
    const broken = this.#brokenRule(id, tsMs);
    if (broken !== undefined) return { ok: false, faults: [broken] };
    this.#ids.add(id);
    this.#lastMs = tsMs;
    const own = eventHash(envelope, this.#hash);
    this.#chain = chainHash(this.#chain, own, this.#hash);
    return { ok: true, eventHash: own, chainHash: this.#chain };
  }

  #brokenRule(id: string, tsMs: number): string | undefined {
    if (this.#ids.has(id)) return `event_id "${id}" was there before`;
    if (tsMs < this.#lastMs) return `ts_ms ${tsMs} is before ${this.#lastMs}`;
    if (this.#ids.size >= ENVELOPES_MAX) return `more than ${ENVELOPES_MAX} envelopes`;
    return undefined;
  }
}
