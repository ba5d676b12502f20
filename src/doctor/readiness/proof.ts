import { isoMsOf } from '../../engine/domain/iso-time.js';
import type { Hash } from '../../engine/domain/hash.js';
import { jsonObject, numberIn, objectIn, textIn, type Members } from './members.js';

export const PROOF_FORMAT = 'cdb.proof/1';
/** Far above any proof; a longer file is none. */
export const PROOF_BYTES_MAX = 1024 * 1024;

/** What was proven, by the beginning of the name of its file: `<kind>-<time>.json`. */
export const PROOF_KINDS = [
  'drill',
  'paper-e2e',
  'replay',
  'shadow-probe',
  'shadow-gate',
  'shadow-compare',
  'soak-gate',
  'restart-recovery',
  'network-recovery',
  'validation-window',
] as const;
export type ProofKind = (typeof PROOF_KINDS)[number];

/**
 * What every proof says, beside what its kind adds. Its file is the envelope
 * `{"format":"cdb.proof/1","sha256":…,"proof":{…}}`, the hash being that of the text of `proof`. It
 * counts once the ledger has it (kind `proof`, or `drill` for the drill; details `verdict` "PASS" or
 * "FAIL", `proof` the name of the file, `sha256`, and `proof_kind` for all but the drill).
 */
export interface ProofHead {
  /** A drill does not say it: its file name does. */
  readonly kind: ProofKind;
  readonly passed: boolean;
  /** Empty where it passed. */
  readonly why: string;
  /** ISO 8601 in UTC. */
  readonly started_at: string;
  readonly ended_at: string;
  /** When what it judges was observed, where that is not its own end; null: nobody knows. */
  readonly evidence_at?: string | null;
  /** One sentence with the figures. */
  readonly says?: string;
}

/** A proof as it was found. */
export interface ReadProof {
  readonly kind: ProofKind;
  readonly passed: boolean;
  readonly why: string;
  /** Of what was observed; null where the proof does not say it. */
  readonly evidenceAtMs: number | null;
  readonly says: string;
  readonly sha256: string;
}

export type ProofReading =
  | { readonly state: 'read'; readonly proof: ReadProof }
  | { readonly state: 'unusable'; readonly why: string };

const ENVELOPE = /^\{"format":"cdb\.proof\/1","sha256":"([0-9a-f]{64})","proof":(.*)\}\n$/s;
const SAYS_CHARS_MAX = 300;

/** @returns null for a file that is no proof by its name */
export function proofKindOf(fileName: string): ProofKind | null {
  const [, word = ''] = /^([a-z][a-z0-9-]*?)-\d{4}-\d\d-\d\dT[\d.-]+Z\.json$/.exec(fileName) ?? [];
  return PROOF_KINDS.find((kind) => kind === word) ?? null;
}

/** @returns `drill-2026-02-09T15-58-00.000Z.json` */
export function proofFileName(kind: ProofKind, endedAtMs: number): string {
  return `${kind}-${new Date(endedAtMs).toISOString().replaceAll(':', '-')}.json`;
}

/** What is not exactly as it was written proves nothing. Never throws. */
export function readProof(kind: ProofKind, text: string, hash: Hash): ProofReading {
  const [, sha256 = '', body = ''] = ENVELOPE.exec(text) ?? [];
  if (sha256 === '') return unusable(`it is no ${PROOF_FORMAT}`);
  if (hash.sha256Hex(body) !== sha256) return unusable('its text is not what its hash says');
  const proof = jsonObject(body);
  if (proof === null) return unusable('its proof is no JSON object');
  if (proof['kind'] !== kind && (kind !== 'drill' || proof['kind'] !== undefined)) {
    return unusable(`its name says ${kind}, its kind does not`);
  }
  const passed = proof['passed'];
  if (typeof passed !== 'boolean') return unusable('it does not say whether it passed');
  const at = proof['evidence_at'] === undefined ? proof['ended_at'] : proof['evidence_at'];
  const evidenceAtMs = typeof at === 'string' ? isoMsOf(at) : null;
  const why = textIn(proof, 'why') ?? '';
  const says = (textIn(proof, 'says') ?? drillFigures(proof)).slice(0, SAYS_CHARS_MAX);
  return { state: 'read', proof: { kind, passed, why, evidenceAtMs, says, sha256 } };
}

/** What a drill promises to end in time; it says its figures in members only. */
const DRILL_HOPS = ['gateClosedMs', 'lastOrderMs', 'openGoneMs', 'processMs'] as const;

function drillFigures(proof: Members): string {
  const spreads = objectIn(proof, 'spreads_ms');
  const slowest = DRILL_HOPS.map((hop) => numberIn(objectIn(spreads, hop), 'max'));
  const limitMs = numberIn(proof, 'limit_ms');
  if (limitMs === null || slowest.includes(null)) return '';
  return `slowest hop of a stop ${Math.max(...slowest.map(Number))} ms, limit ${limitMs} ms`;
}

function unusable(why: string): ProofReading {
  return { state: 'unusable', why };
}
