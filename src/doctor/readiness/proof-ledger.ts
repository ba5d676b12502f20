import { isoFromMs } from '../../engine/domain/iso-time.js';
import type { Hash } from '../../engine/domain/hash.js';
import {
  LEDGER_START,
  ledgerFault as chainFault,
  type LedgerEntry,
} from '../../engine/domain/ledger.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { FileReading } from './guard-rules.js';
import { PROOF_KINDS, proofKindOf, readProof, type ProofKind, type ReadProof } from './proof.js';

/** What is kept of proofs, as it was found. */
export interface ProofEvidence {
  /** Names of all files in the folder of proofs. */
  readonly names: readonly string[];
  /** Why they are not known; null where they are. */
  readonly fault: string | null;
  /** Never throws. */
  readonly read: (name: string) => FileReading;
  /** From the first on; may throw on the way, as the ledger does. */
  readonly ledger: Iterable<LedgerEntry>;
}

export type FoundProof =
  | { readonly state: 'recorded'; readonly proof: ReadProof; readonly file: string }
  | { readonly state: 'none' }
  /** Something is there, and nobody can say what it proves. */
  | { readonly state: 'unknown'; readonly why: string };

/**
 * The newest proof of each kind. The ledger says which one that is, so that a failure can't be taken
 * away to bring an older pass back: its file has to be there and be what was recorded, and no file of
 * the kind may be there that the ledger does not have. Never throws.
 */
export function newestProofs(
  { names, fault: listFault, read, ledger }: ProofEvidence,
  hash: Hash,
): ReadonlyMap<ProofKind, FoundProof> {
  const { fault: ledgerFault, recorded } = walkLedger(ledger, hash);
  const unrecorded = new Map<ProofKind, string>();
  for (const name of names) {
    const kind = proofKindOf(name);
    if (kind !== null && !recorded.names.has(name)) unrecorded.set(kind, name);
  }
  const of = (kind: ProofKind): FoundProof => {
    const newest = recorded.newest.get(kind);
    const stray = unrecorded.get(kind);
    if (listFault !== null) return { state: 'unknown', why: `the proofs: ${listFault}` };
    if (ledgerFault !== null) return { state: 'unknown', why: `the ledger: ${ledgerFault}` };
    if (stray !== undefined) return { state: 'unknown', why: `${stray} is not in the ledger` };
    if (newest === undefined) return { state: 'none' };
    // Whoever writes an entry by hand could name any file.
    if (proofKindOf(newest.name) !== kind) {
      return { state: 'unknown', why: `the ledger names no file of the kind ${kind}` };
    }
    return checked(newest, read(newest.name), hash);
  };
  return new Map(PROOF_KINDS.map((kind) => [kind, of(kind)]));
}

interface RecordedProof {
  readonly kind: ProofKind;
  readonly name: string;
  readonly sha256: string;
  readonly verdict: string;
  readonly atMs: number;
}

interface Recorded {
  readonly newest: ReadonlyMap<ProofKind, RecordedProof>;
  readonly names: ReadonlySet<string>;
}

function walkLedger(
  ledger: Iterable<LedgerEntry>,
  hash: Hash,
): { readonly fault: string | null; readonly recorded: Recorded } {
  const newest = new Map<ProofKind, RecordedProof>();
  const names = new Set<string>();
  const recorded = { newest, names };
  let head: Pick<LedgerEntry, 'n' | 'hash'> = LEDGER_START;
  try {
    for (const entry of ledger) {
      const fault = chainFault(hash, head, entry);
      if (fault !== null) return { fault, recorded };
      head = entry;
      const proof = recordedProof(entry);
      if (proof === null) continue;
      newest.set(proof.kind, proof);
      names.add(proof.name);
    }
    return { fault: null, recorded };
  } catch (fault) {
    return { fault: wordsOf(fault), recorded };
  }
}

/** @returns null for an entry about something else */
function recordedProof({ event }: LedgerEntry): RecordedProof | null {
  const { kind: entryKind, details, atMs } = event;
  if (entryKind !== 'drill' && entryKind !== 'proof') return null;
  const said = entryKind === 'drill' ? 'drill' : details['proof_kind'];
  const kind = PROOF_KINDS.find((known) => known === said);
  if (kind === undefined) return null;
  const text = (name: string) => (typeof details[name] === 'string' ? details[name] : '');
  return { kind, name: text('proof'), sha256: text('sha256'), verdict: text('verdict'), atMs };
}

function checked(
  { kind, name, sha256, verdict, atMs }: RecordedProof,
  file: FileReading,
  hash: Hash,
): FoundProof {
  const unknown = (why: string): FoundProof => ({ state: 'unknown', why: `${name}: ${why}` });
  if (file.state === 'missing') {
    return unknown(`the ledger has it since ${isoFromMs(atMs)}, and it is gone`);
  }
  if (file.state === 'unusable') return unknown(file.why);
  const read = readProof(kind, file.text, hash);
  if (read.state === 'unusable') return unknown(read.why);
  const { proof } = read;
  if (proof.sha256 !== sha256) return unknown('it is not the one that the ledger has');
  if (proof.passed !== (verdict === 'PASS')) return unknown('the ledger has another verdict');
  return { state: 'recorded', proof, file: name };
}
