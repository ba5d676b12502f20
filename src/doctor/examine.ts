import { wordsOf } from '../engine/domain/words-of.js';
import type { Clock } from '../engine/ports/clock.js';
import type { Check, CheckContext, Evidence, Judgement } from './check.js';
import type { FactName, Facts, Readings } from './facts.js';
import { isBad, type Finding } from './finding.js';
import type { Reading } from './reading.js';

/** Evidence of the future proves as little as old one; clocks differ by this much and mean well. */
const AHEAD_MS_MAX = 5_000;

interface Examination {
  readonly nowMs: number;
  readonly readings: Readings;
  /** For one check. */
  readonly limitMs: number;
  readonly clock: Clock;
}

type Outcome = Omit<Judgement, 'status' | 'level'> & Pick<Finding, 'status' | 'level'>;

/**
 * Answers every check, each when those it comes after have answered. Never rejects: a check that
 * throws, hangs, or proves nothing is a finding of its own, and none of them is OK.
 */
export async function examine(
  checks: readonly Check[],
  examination: Examination,
): Promise<readonly Finding[]> {
  const answers = new Map<string, Promise<Finding>>();
  const answer = (check: Check): Promise<Finding> => {
    const known = answers.get(check.id);
    if (known !== undefined) return known;
    const before = (check.after ?? []).flatMap(
      (id) => checks.find((other) => other.id === id) ?? [],
    );
    const asked = Promise.all(before.map(answer)).then((found) => one(check, found, examination));
    answers.set(check.id, asked);
    return asked;
  };
  return Promise.all(checks.map(answer));
}

async function one(
  check: Check,
  before: readonly Finding[],
  examination: Examination,
): Promise<Finding> {
  const { clock } = examination;
  const startMs = clock.monotonicMs();
  const outcome =
    explainedBy(before, check) ??
    notRead(check, examination.readings) ??
    (await judged(check, examination));
  return {
    id: check.id,
    group: check.group,
    components: check.components,
    level: outcome.level,
    status: outcome.status,
    title: check.title,
    says: outcome.says,
    matters: check.matters,
    evidence: outcome.evidence,
    remedy: outcome.remedy ?? null,
    figures: outcome.figures ?? {},
    durationMs: Math.round(clock.monotonicMs() - startMs),
  };
}

/** What failed before, or was not examined itself, leaves nothing to judge. */
function explainedBy(before: readonly Finding[], check: Check): Outcome | null {
  const cause = before.find((finding) => isBad(finding) || finding.status === 'SKIP');
  if (cause === undefined) return null;
  return bare(check, 'SKIP', `needs ${cause.id}, which is ${cause.status}: ${cause.says}`);
}

function notRead(check: Check, readings: Readings): Outcome | null {
  const needed = check.needs.map((name): Reading<Facts[FactName]> => readings[name]);
  for (const reading of needed) {
    if (reading.state === 'absent') return bare(check, 'SKIP', `not examined: ${reading.why}`);
  }
  for (const reading of needed) {
    if (reading.state === 'timeout') {
      const says = `${reading.source} did not answer in ${reading.afterMs} ms`;
      return bare(check, 'TIMEOUT', says);
    }
    if (reading.state === 'failed') {
      return bare(check, 'CRASH', `${reading.source} could not be examined: ${reading.why}`);
    }
  }
  return null;
}

async function judged(check: Check, examination: Examination): Promise<Outcome> {
  const { nowMs, readings, limitMs, clock } = examination;
  const context: CheckContext = { nowMs, readings };
  const over = new AbortController();
  const late = clock
    .sleep(limitMs, over.signal)
    .then(() => bare(check, 'TIMEOUT', `the check did not answer in ${limitMs} ms`));
  try {
    const answer = Promise.resolve(check.examine(readings, context)).then((judgement) =>
      proven(check, judgement, nowMs),
    );
    return await Promise.race([answer, late]);
  } catch (fault) {
    return bare(check, 'CRASH', `the check itself broke: ${wordsOf(fault)}`);
  } finally {
    over.abort();
  }
}

/** What a judgement is worth by its evidence; a bad one needs none to be told. */
function proven(check: Check, judgement: Judgement, nowMs: number): Outcome {
  const level = judgement.level ?? check.level;
  if (judgement.status === 'SKIP') return { ...judgement, status: 'SKIP', level };
  if (judgement.status === 'UNKNOWN') return { ...judgement, status: 'CRASH', level };
  if (judgement.status === 'FAIL') {
    return { ...judgement, status: level === 'P0' ? 'BLOCKER' : 'FAIL', level };
  }
  if (judgement.evidence.length === 0) {
    return { ...bare(check, 'CRASH', `says ${judgement.status} without evidence`), level };
  }
  const bad = judgement.evidence.flatMap((item) => ageFault(item, check.windowMs, nowMs) ?? []);
  const [first] = bad;
  if (first === undefined) return { ...judgement, status: judgement.status, level };
  return { ...judgement, status: 'STALE', level, says: `${judgement.says}; but ${first}` };
}

function ageFault(
  { what, observedAtMs }: Evidence,
  windowMs: number,
  nowMs: number,
): string | null {
  const ageMs = nowMs - observedAtMs;
  if (!Number.isFinite(ageMs)) return `the evidence "${what}" has no time`;
  if (ageMs > windowMs) {
    return `the evidence "${what}" is ${seconds(ageMs)} old, and proves nothing after ${seconds(windowMs)}`;
  }
  if (ageMs < -AHEAD_MS_MAX) return `the evidence "${what}" claims to be ${seconds(-ageMs)} ahead`;
  return null;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

function bare(check: Check, status: Finding['status'], says: string): Outcome {
  return { status, level: check.level, says, evidence: [] };
}
