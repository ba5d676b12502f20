import { STREAMS } from '../../engine/domain/wire/streams.js';
import { durationText } from '../../view/age.js';
import { STACK_LIMITS } from '../../view/stack-limits.js';
import { evidence, notExamined, type Check, type Remedy } from '../check.js';
import type { SampleEntry } from './facts.js';
import {
  agelessWhy,
  bySymbol,
  entriesOf,
  factMs,
  figureOf,
  newestBySymbol,
  shown,
  streamCheck,
  streamOf,
} from './sample.js';

/** So many repetitions of a regime have not come that its consumer is dead, whatever it says. */
const DEAD_MS = 30 * 60_000;
/** The indicators need 28 candles, and a regime three more to be believed. */
const CANDLES_FOR_REGIME = 40;
const DAY_MS = 24 * 3_600_000;

const RESTART_REGIME: Remedy = {
  does: 'restart the regime service alone, and see that an entry comes within a minute',
  command: 'docker restart cdb_regime',
  risk: 'it reads the whole candle stream again and repeats regimes of the past',
  gate: null,
  testsAfter: ['cdb streams tail stream.regime_signals -n 3', 'cdb doctor --group streams'],
};

const candles = streamCheck({
  id: 'streams.candles',
  level: 'P1',
  title: 'candles come',
  matters: 'without candles there is no regime and no market state: everything is refused',
  components: ['candles'],
  looks: ['engine'],
  examine: ({ samples }, context) => {
    const { value } = samples;
    const why = agelessWhy(value, context, STACK_LIMITS.candleMs);
    if (why !== null) return notExamined(why);
    const { name } = STREAMS.candles;
    const stream = streamOf(value, 'candles');
    const newest = stream?.view.lastAtMs ?? null;
    const remedy: Remedy = {
      does: 'see whether trades come, then whether the candle service consumes them',
      command: 'cdb doctor --group services',
      risk: 'none: it only reads',
      gate: null,
    };
    if (stream === null || newest === null) {
      return { status: 'FAIL', says: `${name}: nothing was ever written`, evidence: [], remedy };
    }
    const ageMs = value.clockMs - newest;
    const says = `the newest candle is ${durationText(ageMs)} old`;
    const isOld = ageMs > STACK_LIMITS.candleMs;
    return {
      status: isOld ? 'FAIL' : 'OK',
      says: isOld ? `${says} (limit ${durationText(STACK_LIMITS.candleMs)})` : says,
      evidence: [evidence(samples, `${name}: ${says}`)],
      figures: { age_ms: ageMs },
      ...(isOld && { remedy }),
    };
  },
});

const regime = streamCheck({
  id: 'streams.regime',
  level: 'P1',
  title: 'every symbol with candles has a fresh regime',
  matters: 'a regime older than 300 s is none: every signal is refused (RC_001)',
  components: ['regime'],
  looks: ['engine'],
  after: ['streams.candles'],
  examine: ({ samples }, context) => {
    const { value } = samples;
    const why = agelessWhy(value, context, STACK_LIMITS.regimeMs);
    if (why !== null) return notExamined(why);
    const regimes = newestBySymbol(entriesOf(value, 'regimes'));
    const counted = bySymbol(entriesOf(value, 'candles'));
    const due = [...counted].filter(
      ([symbol, seen]) => regimes.has(symbol) || seen.length >= CANDLES_FOR_REGIME,
    );
    if (due.length === 0) return notExamined('no symbol has had candles enough for a regime yet');
    const ages = due.map(([symbol]) => ({
      symbol,
      ageMs: regimeAgeMs(regimes.get(symbol), value.clockMs),
    }));
    const late = ages.filter(({ ageMs }) => ageMs === null || ageMs > STACK_LIMITS.regimeMs);
    const words = ages.map(({ symbol, ageMs }) => {
      return `${shown(symbol)} ${ageMs === null ? 'never' : durationText(ageMs)}`;
    });
    const told = words.slice(0, 10).join(', ');
    const seen = [evidence(samples, `${STREAMS.regimes.name}, newest of each symbol: ${told}`)];
    if (late.length === 0) {
      return { status: 'OK', says: `regimes are fresh: ${told}`, evidence: seen };
    }
    const isDead = late.some(({ ageMs }) => ageMs === null || ageMs > DEAD_MS);
    const oldest = Math.max(...late.map(({ ageMs }) => ageMs ?? 0));
    return {
      status: 'FAIL',
      level: isDead ? 'P0' : 'P1',
      says:
        `candles come, but the newest regime is old: ${told} ` +
        `(limit ${durationText(STACK_LIMITS.regimeMs)}, a live consumer repeats it every 60 s)`,
      evidence: seen,
      remedy: RESTART_REGIME,
      figures: { symbols_late: late.length, age_ms: oldest },
    };
  },
});

function regimeAgeMs(entry: SampleEntry | undefined, clockMs: number): number | null {
  if (entry === undefined) return null;
  const atMs = entry.atMs ?? factMs(entry);
  return atMs === null ? null : Math.max(0, clockMs - atMs);
}

interface Run {
  readonly symbol: string;
  readonly regime: string;
  readonly forMs: number;
  readonly atr: number | null;
  readonly price: number | null;
}

const oneRegime = streamCheck({
  id: 'streams.one_regime',
  level: 'P2',
  title: 'the regime changes now and then',
  matters: 'a limit in the wrong unit pins the regime, and with it the allocation, for weeks',
  components: ['regime', 'allocation'],
  examine: ({ samples }) => {
    const { value } = samples;
    const entries = entriesOf(value, 'regimes');
    if (entries.length === 0) return notExamined('no regime was ever written');
    const closes = newestBySymbol(entriesOf(value, 'candles'));
    const runs = [...bySymbol(entries)].flatMap(
      ([symbol, own]) => runOf(symbol, own, closes.get(symbol)) ?? [],
    );
    const { atrHighVol, atrHighVolBps } = value.limits;
    const told = (run: Run) => {
      const { symbol, regime: name, forMs, atr, price } = run;
      const since = `${shown(symbol)} is ${shown(name)} for ${durationText(forMs)}`;
      if (atr === null || price === null || price <= 0) return since;
      const inBps = (amount: number) => `${((amount / price) * 10_000).toFixed(2)} bps`;
      const limit =
        atrHighVol !== null
          ? `the limit ${atrHighVol} is ${inBps(atrHighVol)}`
          : `the limit is ${atrHighVolBps ?? 'off'} bps`;
      return `${since}: ATR ${atr} is ${inBps(atr)} of the price ${price}, ${limit}`;
    };
    const pinned = runs.filter(({ forMs }) => forMs > DAY_MS);
    const [longest] = runs.sort((a, b) => b.forMs - a.forMs);
    if (longest === undefined) return notExamined('no regime has a time');
    return {
      status: pinned.length === 0 ? 'OK' : 'WARN',
      says: (pinned.length === 0 ? [longest] : pinned.slice(0, 3)).map(told).join('; '),
      evidence: runs.slice(0, 5).map((run) => evidence(samples, told(run))),
      figures: { longest_ms: longest.forMs, pinned: pinned.length },
      ...(pinned.length > 0 && {
        remedy: {
          does: 'relate the limit of the ATR to the price (bps), not to an amount of quote currency',
          command: null,
          risk: 'allocation and signals change with it: compare in shadow first',
          gate: null,
        },
      }),
    };
  },
});

/** How long the newest regime has been the only one, by the candles' own time. */
function runOf(
  symbol: string,
  entries: readonly SampleEntry[],
  candle: SampleEntry | undefined,
): Run | null {
  const newest = entries.at(-1);
  if (newest === undefined) return null;
  const name = newest.fields['regime'] ?? '';
  const other = entries.findLastIndex(({ fields }) => fields['regime'] !== name);
  const first = entries[other + 1] ?? newest;
  const fromMs = factMs(first);
  const toMs = (candle === undefined ? null : factMs(candle)) ?? factMs(newest);
  if (fromMs === null || toMs === null) return null;
  const price = candle === undefined ? null : figureOf(candle, 'close');
  const forMs = Math.max(0, toMs - fromMs);
  return { symbol, regime: name, forMs, atr: figureOf(newest, 'atr'), price };
}

export const FLOW_CHECKS: readonly Check[] = [candles, regime, oneRegime];
