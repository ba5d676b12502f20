import { canonicalFact } from '../domain/canonical-fact.js';
import type { Hash } from '../domain/hash.js';

/** What must be the same at the start as it was when the evidence was locked. */
export interface LockedFacts {
  readonly planHash: string;
  readonly configHash: string;
  readonly flagsHash: string;
  readonly cdb: string;
  /** Process, start and build of the engine. */
  readonly engine: string;
}

/** One of the answers that were captured, with where and when. */
export interface Captured {
  readonly source: string;
  readonly capturedUtc: string;
  readonly response: unknown;
}

export interface PackInput {
  readonly atUtc: string;
  readonly operator: string;
  readonly runId: string;
  readonly commit: string;
  readonly decision: 'GO' | 'NO-GO';
  readonly rationale: string;
  readonly artifactPath: string;
  readonly planText: string;
  readonly facts: LockedFacts;
  readonly killSwitch: Captured & { readonly active: boolean };
  readonly execution: Captured & { readonly mode: string };
  readonly risk: Captured & { readonly circuitBreaker: boolean };
}

/** File name in the folder to its text. */
export type PackFiles = Readonly<Record<string, string>>;

const LOCK = 'prestart_evidence_lock.json';
const DECISION = 'decision_record.json';
const MANIFEST = 'manifest.json';
/** Evidence that is older than a day says nothing about now. */
const VALID_MS = 24 * 3_600_000;

/** Source: domain.md 4.5, prestart pack. */
export function packFiles(input: PackInput, hash: Hash): PackFiles {
  const { atUtc, operator, commit, artifactPath, facts } = input;
  const files: Record<string, string> = {
    'plan.yaml': input.planText,
    'endpoints/execution_status.json': json(input.execution),
    'endpoints/risk_status.json': json(input.risk),
    'endpoints/kill_switch_status.json': json(input.killSwitch),
    [DECISION]: json({
      decision_utc: atUtc,
      operator,
      run_id: input.runId,
      commit,
      artifact_path: artifactPath,
      status: input.decision,
      rationale: input.rationale,
    }),
    [LOCK]: json({
      evidence_lock_utc: atUtc,
      commit_sha: commit,
      kill_switch_status: { active: input.killSwitch.active, ...sourceOf(input.killSwitch) },
      execution_status: { mode: input.execution.mode, ...sourceOf(input.execution) },
      risk_status: { circuit_breaker: input.risk.circuitBreaker, ...sourceOf(input.risk) },
      operator,
      artifact_path: artifactPath,
      locked: facts,
    }),
  };
  const sha256 = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, hash.sha256Hex(text)]),
  );
  return {
    ...files,
    [MANIFEST]: json({ format: 'cdb.canary-pack/1', created_utc: atUtc, sha256 }),
  };
}

export interface JudgedPack {
  /** Why the lock does not hold (any more). */
  readonly lockFaults: readonly string[];
  readonly decision: string | null;
}

/** Compares a pack with itself and with what holds now. Pure. */
export function judgePack(
  files: PackFiles,
  now: { readonly facts: LockedFacts; readonly atMs: number },
  hash: Hash,
): JudgedPack {
  const lock = objectOf(files[LOCK]);
  const decision = objectOf(files[DECISION]);
  const lockedMs = Date.parse(String(lock['evidence_lock_utc']));
  const ageMs = now.atMs - lockedMs;
  const locked = objectIn(lock, 'locked');
  const lockFaults = [
    ...manifestFaults(files, hash),
    ...(ageMs >= 0 && ageMs <= VALID_MS ? [] : ['it was not locked within the last 24 h']),
    ...(objectIn(lock, 'kill_switch_status')['active'] === false
      ? []
      : ['the kill switch was active']),
    ...(objectIn(lock, 'execution_status')['mode'] === 'mock' ? [] : ['execution was not mock']),
    ...(objectIn(lock, 'risk_status')['circuit_breaker'] === false ? [] : ['a breaker was open']),
    ...Object.entries(now.facts)
      .filter(([name, value]) => locked[name] !== value)
      .map(([name]) => `changed after the lock: ${name}`),
  ];
  const status = decision['status'];
  return { lockFaults, decision: typeof status === 'string' ? status : null };
}

function manifestFaults(files: PackFiles, hash: Hash): readonly string[] {
  const sha256 = objectIn(objectOf(files[MANIFEST]), 'sha256');
  const listed = Object.keys(sha256);
  if (listed.length === 0) return ['it has no manifest'];
  const missing = listed.filter((name) => files[name] === undefined);
  const others = Object.entries(files)
    .filter(([name, text]) => name !== MANIFEST && sha256[name] !== hash.sha256Hex(text))
    .map(([name]) => name);
  return [
    ...missing.map((name) => `${name} is missing`),
    ...others.map((name) => `${name} is not what the manifest says`),
  ];
}

function sourceOf({ source, capturedUtc, response }: Captured) {
  return { source, captured_utc: capturedUtc, response };
}

function json(value: unknown): string {
  return `${canonicalFact(value)}\n`;
}

function objectOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    return isObject(parsed) ? parsed : {};
  } catch {
    return {}; // The manifest says that it is not what was written.
  }
}

function objectIn(
  from: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = from[name];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
