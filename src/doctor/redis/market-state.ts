import { KEYS } from '../../engine/domain/wire/streams.js';
import {
  readExactJson,
  isExactObject,
  JsonFloat,
  type ExactObject,
} from '../../engine/domain/exact-json.js';
import { durationText } from '../../view/age.js';
import { evidence, notExamined, type Check } from '../check.js';
import type { StateSample, StreamSamples } from './facts.js';
import { bySymbol, entriesOf, shown, streamCheck } from './sample.js';

/** Six candles: the newest, and the one five before it. */
const CANDLES_FOR_STATE = 6;
const PREFIX = KEYS.marketState.prefix;
const NUMBERS = ['return_1m', 'return_5m', 'price_change_5m', 'ts_ms', 'close_now'] as const;
const TICK_STEP_MS_MAX = 5_000;

const marketState = streamCheck({
  id: 'streams.market_state',
  level: 'P1',
  title: 'every symbol with candles has a fresh market state',
  matters: 'without it, or with an old one, risk refuses every signal (RC_002)',
  components: ['signal', 'risk'],
  looks: ['engine'],
  after: ['streams.candles'],
  examine: ({ samples }) => {
    const { value } = samples;
    if (value.states === null) return notExamined('the engine keeps it in memory');
    if (value.writer === 'nobody') return notExamined('nothing of a stack was ever written here');
    // Our own engine reads none back, and its times are those of its feed.
    if (value.writer === 'cdb')
      return notExamined('our own engine published it, and does not read it back');
    const faults = stateFaults(value, value.states);
    const seen = value.states.slice(0, 10).map(({ key, ttlMs }) => {
      const ttl = ttlMs === null ? 'never expires' : `expires in ${durationText(ttlMs)}`;
      return evidence(samples, `${shown(key)} ${ttl}`);
    });
    const [first] = faults;
    if (first === undefined) {
      if (seen.length === 0) return notExamined('no symbol has had candles enough for a state yet');
      return { status: 'OK', says: `${seen.length} states are fresh and whole`, evidence: seen };
    }
    return {
      status: 'FAIL',
      says: faults.length === 1 ? first : `${first}; ${faults.length - 1} more like it`,
      evidence: [...faults.slice(0, 10).map((fault) => evidence(samples, fault)), ...seen],
      figures: { faults: faults.length },
      remedy: {
        does: 'restart the one service that writes it: market, or candles where that does',
        command: 'docker restart cdb_market',
        risk: 'prices of the last 30 s are unknown until it has them again',
        gate: null,
        testsAfter: ['cdb doctor --only streams.market_state'],
      },
    };
  },
});

function stateFaults(samples: StreamSamples, states: readonly StateSample[]): readonly string[] {
  const counted = bySymbol(entriesOf(samples, 'candles'));
  const missing = [...counted]
    .filter(([, seen]) => seen.length >= CANDLES_FOR_STATE)
    .map(([symbol]) => `${PREFIX}${symbol}`)
    .filter((key) => !states.some((state) => state.key === key))
    .map((key) => `no key ${shown(key)}: it expired, or nobody writes it`);
  return [...missing, ...states.flatMap((state) => stateFault(state, samples.clockMs) ?? [])];
}

function stateFault({ key, ttlMs, texts }: StateSample, clockMs: number): string | null {
  const name = shown(key);
  if (ttlMs === null) return `${name} never expires: an old one would look fresh`;
  const text = texts?.at(-1);
  if (text === undefined) return null;
  const state = membersOf(text);
  if (state === null) return `${name} holds no JSON object`;
  const lacks = NUMBERS.filter((field) => numberOf(state, field) === null);
  if (lacks.length > 0) return `${name} lacks ${lacks.join(', ')}`;
  const ageMs = clockMs - (numberOf(state, 'ts_ms') ?? 0);
  if (ageMs <= KEYS.marketState.ttlMs) return null;
  return `${name} was made ${durationText(ageMs)} ago (limit ${durationText(KEYS.marketState.ttlMs)})`;
}

const writers = streamCheck({
  id: 'streams.state_writers',
  level: 'P1',
  title: 'one service alone writes the market state',
  matters: 'two writers overwrite each other, and decisions rest on whichever came last',
  components: ['signal', 'risk'],
  examine: ({ samples }) => {
    const { states } = samples.value;
    if (states === null) return notExamined('the engine keeps it in memory');
    if (states.length === 0) return notExamined('there is no market state');
    const judged = states.map(({ key, texts }) => ({ key, ticks: (texts ?? []).map(lastTick) }));
    const torn = judged.flatMap(({ key, ticks }) => {
      const backMs = farthestBack(ticks);
      return backMs > TICK_STEP_MS_MAX ? [{ key, backMs }] : [];
    });
    const looks = Math.max(...judged.map(({ ticks }) => ticks.length));
    const seen = evidence(samples, `${states.length} states, ${looks} looks at each`);
    const [first] = torn;
    if (first === undefined) {
      return {
        status: 'OK',
        says: `last_tick_ts_ms never goes back: ${seen.what}`,
        evidence: [seen],
      };
    }
    return {
      status: 'FAIL',
      says:
        `two services write ${shown(first.key)}: last_tick_ts_ms goes back by ` +
        `${durationText(first.backMs)} between two looks`,
      evidence: [seen],
      figures: { back_ms: first.backMs, states: torn.length },
      remedy: {
        does: 'let market alone write it: CANDLE_WRITE_MARKET_STATE=false for candles, then restart candles',
        command: 'docker restart cdb_candles',
        risk: 'one candle may come late',
        gate: null,
        testsAfter: ['cdb doctor --only streams.state_writers'],
      },
    };
  },
});

function lastTick(text: string): number | null {
  const state = membersOf(text);
  return state === null ? null : numberOf(state, 'last_tick_ts_ms');
}

/** Of one writer it only grows. */
function farthestBack(ticks: readonly (number | null)[]): number {
  let highest = -Infinity;
  let backMs = 0;
  for (const tick of ticks) {
    if (tick === null) continue;
    backMs = Math.max(backMs, highest - tick);
    highest = Math.max(highest, tick);
  }
  return backMs;
}

/** Null for what is no JSON object. */
function membersOf(text: string): ExactObject | null {
  const read = readExactJson(text);
  return read.ok && isExactObject(read.value) ? read.value : null;
}

function numberOf(members: ExactObject, name: string): number | null {
  const value = members.get(name);
  const number = value instanceof JsonFloat ? value.value : value;
  if (typeof number !== 'bigint' && typeof number !== 'number') return null;
  return Number.isFinite(Number(number)) ? Number(number) : null;
}

export const STATE_CHECKS: readonly Check[] = [marketState, writers];
