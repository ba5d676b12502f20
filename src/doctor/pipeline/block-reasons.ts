import { reasonText } from '../../engine/domain/reason-codes.js';
import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import {
  check,
  evidence,
  notExamined,
  skip,
  type Check,
  type Judgement,
  type Remedy,
} from '../check.js';
import type { Readings } from '../facts.js';
import type { CounterHistory, DecisionMix } from './facts.js';
import { grown } from './grown.js';
import { isAudited } from './pair-checks.js';
import { engineOf, readOf, withStarts, type Read } from './verdicts.js';

const LASTS_MS_MIN = 3_600_000;
/** Fewer refusals are no pattern. */
const BLOCKS_MIN = 20;
/** Without any approval for this long nothing will trade by itself. */
const NO_APPROVAL_MS = 600_000;

/** Refusals that all have one reason are a wrong setting, not risk at work. */
export const BLOCK_REASONS: Check = check({
  id: 'pipeline.block_reasons',
  group: 'pipeline',
  level: 'P2',
  title: 'refusals have more than one reason, and some signals pass',
  matters:
    'a threshold of the wrong unit blocked 14842 of 14842 signals for 72 h and was taken for caution',
  components: ['risk'],
  needs: ['counters'],
  looks: ['engine', 'trading', 'containers'],
  windowMs: LASTS_MS_MIN,
  examine: ({ counters: seen }, { nowMs, readings }) => {
    const counters = withStarts(seen, readings, nowMs);
    if (!isAudited(counters.value, readings, nowMs)) {
      return skip('the reasons are not on record: pipeline.audit_persisted says why');
    }
    return ownReasons(readings, nowMs) ?? stackReasons(counters, readings, nowMs);
  },
});

function ownReasons(readings: Readings, nowMs: number): Judgement | null {
  const engine = engineOf(readings);
  if (engine === null) return null;
  const { counts, blockedByCode, run } = engine.value;
  const countOf = (figure: { toJSON(): { readonly value: unknown } } | undefined) =>
    Number(figure?.toJSON().value ?? 0);
  const blocked = countOf(counts['blocked']);
  const allowed = countOf(counts['allowed']);
  const codes = Object.keys(blockedByCode).filter((code) => countOf(blockedByCode[code]) > 0);
  const upMs = nowMs - run.startedAtMs;
  const says = `${countText(blocked)} blocked, ${countText(allowed)} allowed in ${durationText(upMs)}`;
  const proof = [{ what: says, source: engine.source, observedAtMs: engine.value.observedAtMs }];
  const [only] = codes;
  if (
    only !== undefined &&
    codes.length === 1 &&
    allowed === 0 &&
    blocked >= BLOCKS_MIN &&
    upMs >= LASTS_MS_MIN
  ) {
    return oneReason(only, blocked, upMs, proof);
  }
  return { status: 'OK', says, evidence: proof };
}

function stackReasons(
  counters: Read<CounterHistory>,
  readings: Readings,
  nowMs: number,
): Judgement {
  const trading = readOf(readings.trading);
  const mix = trading?.value.decisions ?? null;
  const one = mix === null ? null : onlyReason(mix, nowMs);
  if (trading !== null && mix !== null && one !== null) {
    const proof = [{ ...evidence(trading, `${one.code} ${one.recent} times`), source: mix.source }];
    return oneReason(one.code, one.recent, nowMs - one.oldestAtMs, proof);
  }
  const history = counters.value;
  const received = grown(history, [['*.signals_received_total']], nowMs);
  const approved = grown(history, [['*.orders_approved_total']], nowMs);
  if (received === null || approved === null) {
    const known = mix?.groups.filter(({ recent }) => recent > 0) ?? [];
    if (trading === null || mix === null || known.length === 0) {
      return notExamined('no decision is on record in the window');
    }
    const words = known.map(({ code, isBlock, recent }) => `${isBlock ? code : 'ALLOW'} ${recent}`);
    return {
      status: 'OK',
      says: words.join(', '),
      evidence: [evidence(trading, words.join(', '))],
    };
  }
  const says = `${countText(received.count)} signals received, ${countText(approved.count)} approved in ${durationText(received.spanMs)}`;
  const proof = [evidence(counters, says)];
  if (received.count >= BLOCKS_MIN && approved.count === 0 && received.spanMs >= NO_APPROVAL_MS) {
    return {
      status: 'WARN',
      says: `${says}: nothing passes risk`,
      evidence: proof,
      remedy: remedyOf(mix?.groups[0]?.code ?? ''),
      figures: { received: received.count, approved: 0 },
    };
  }
  return { status: 'OK', says, evidence: proof };
}

interface OneReason {
  readonly code: string;
  readonly recent: number;
  readonly oldestAtMs: number;
}

/** Null where an approval or another code is younger than an hour. */
function onlyReason({ groups }: DecisionMix, nowMs: number): OneReason | null {
  const young = groups.filter(({ newestAtMs }) => nowMs - newestAtMs < LASTS_MS_MIN);
  const [only] = young;
  if (only === undefined || young.length > 1 || !only.isBlock || only.recent < BLOCKS_MIN)
    return null;
  const others = groups.filter((group) => group !== only).map(({ newestAtMs }) => newestAtMs);
  const oldestAtMs = Math.max(only.oldestAtMs, ...others);
  return nowMs - oldestAtMs >= LASTS_MS_MIN ? { ...only, oldestAtMs } : null;
}

function oneReason(
  code: string,
  count: number,
  lastsMs: number,
  proof: Judgement['evidence'],
): Judgement {
  const meaning = reasonText(code)?.meaning ?? 'a code that this version does not know';
  return {
    status: 'WARN',
    says: `100 % blocked by ${code} for ${durationText(lastsMs)} (${countText(count)} in the window): ${meaning}; configuration, not risk at work`,
    evidence: proof,
    remedy: remedyOf(code),
    figures: { code, count, lasts_ms: lastsMs },
  };
}

function remedyOf(code: string): Remedy {
  const known = reasonText(code);
  return {
    does: known === undefined ? 'see which reason it is and compare its threshold' : known.todo,
    command: known === undefined ? 'cdb blocks --since 1h' : `cdb explain ${code}`,
    risk: 'none: it only reads',
    gate: null,
  };
}
