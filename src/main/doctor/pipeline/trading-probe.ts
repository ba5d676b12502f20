import {
  readTradingRows,
  type Holding,
  type TradingRows,
} from '../../../adapters/doctor/trading-rows.js';
import {
  readTradingStreams,
  type TradingStreams,
} from '../../../adapters/doctor/trading-streams.js';
import type { Config } from '../../../config/parse-config.js';
import type {
  DecisionMix,
  ExposureFigures,
  SideMix,
  TradingFacts,
} from '../../../doctor/pipeline/facts.js';
import { exposurePlaces } from '../../../doctor/pipeline/exposure-difference.js';
import type { Absent, Observed, Probe } from '../../../doctor/reading.js';
import { jsonOrNull } from '../../../engine/domain/json-or-null.js';
import { wordsOf } from '../../../engine/domain/words-of.js';
import type { SystemView } from '../../../view/system-view.js';
import { askedServices, type AskedService } from '../asked-services.js';
import type { DoctorPlace } from '../doctor-place.js';
import { riskMemory, type RiskMemory } from './risk-memory.js';
import { metricsAndStatus } from './service-source.js';
import { ANSWER_MS_MAX, openStreams } from './stores.js';

/** An order times out after 10 s, and its result may take as long again. */
const ORDER_MS_MAX = 60_000;

/** A row of what happened is there within this time where all is well. */
const SETTLES_MS = 600;

interface Asking {
  readonly askEngine: () => Promise<SystemView | null>;
  readonly signal: AbortSignal;
}

/** What rows, entries and the memory of risk say of the trade path, each by its own. */
export function tradingProbe(
  place: DoctorPlace,
  config: Config,
  askEngine: Asking['askEngine'],
): Probe<TradingFacts> {
  return {
    source: 'rows, streams and state of the trade path',
    read: (signal) => readTrading(place, config, { askEngine, signal }),
  };
}

async function readTrading(
  place: DoctorPlace,
  config: Config,
  asking: Asking,
): Promise<Observed<TradingFacts> | Absent> {
  const first = await readOnce(place, config, asking.askEngine);
  if ('absent' in first || !exposurePlaces(first.value.exposure).differs) return first;
  // Rows are written after the fact: only what stands still and still differs is a difference.
  await place.clock.sleep(SETTLES_MS, asking.signal);
  const second = await readOnce(place, config, asking.askEngine);
  if ('absent' in second) return first;
  const { exposure } = second.value;
  const isMoving = exposure.memoryUsdt !== first.value.exposure.memoryUsdt;
  if (!isMoving) return second;
  return { ...second, value: { ...second.value, exposure: { ...exposure, memoryUsdt: null } } };
}

async function readOnce(
  { clock, isOffline, database }: DoctorPlace,
  config: Config,
  askEngine: Asking['askEngine'],
): Promise<Observed<TradingFacts> | Absent> {
  const faults: string[] = [];
  const told = <T>(name: string, work: Promise<T>): Promise<T | null> =>
    work.catch((fault: unknown) => {
      faults.push(`${name}: ${wordsOf(fault)}`);
      return null;
    });
  const nowMs = clock.nowMs();
  const engine = await told('engine', askEngine());
  const services = askedServices(config, { isOffline });
  const [rows, streams, memory] = await Promise.all([
    told('PostgreSQL', tradingRows({ database }, config, engine?.run.runId ?? '')),
    config.redisUrl === undefined
      ? null
      : told('Redis', tradingStreams(config.redisUrl.url, clock)),
    memoryOf(services),
  ]);
  if (engine === null && rows === null && streams === null && services.length === 0) {
    return {
      absent: faults[0] ?? 'no engine runs, and no service, Redis or database is configured',
    };
  }
  faults.push(...(rows?.faults ?? []).map((words) => `PostgreSQL: ${words}`));
  const own = engine === null ? memory : engineMemory(engine);
  return {
    value: { ...factsOf({ rows, streams, memory: own, config, nowMs }), faults },
    observedAtMs: nowMs,
  };
}

async function tradingRows(
  place: Pick<DoctorPlace, 'database'>,
  config: Config,
  runId: string,
): Promise<TradingRows | null> {
  const pool = place.database?.brief() ?? null;
  return pool === null ? null : readTradingRows(pool, config.doctor.windowMs, runId);
}

async function tradingStreams(url: string, clock: DoctorPlace['clock']): Promise<TradingStreams> {
  const link = await openStreams(url, clock);
  try {
    return await readTradingStreams(link);
  } finally {
    link.close();
  }
}

async function memoryOf(services: readonly AskedService[]): Promise<RiskMemory | null> {
  const risk = services.find(({ key }) => key === 'risk');
  if (risk === undefined) return null;
  const answers = await metricsAndStatus(risk.url, ANSWER_MS_MAX);
  const [metrics, status] = answers.map((one) => (one instanceof Error ? '' : one.text));
  return riskMemory(metrics ?? '', jsonOrNull(status ?? ''));
}

function engineMemory({ portfolio, symbols }: SystemView): RiskMemory {
  const figure = portfolio.amountsUsdt['exposure']?.toJSON().value;
  const isReal = portfolio.book === 'real';
  return {
    exposureUsdt: isReal && typeof figure === 'string' ? Number(figure) : null,
    lastPrices: new Map(
      symbols.map(({ symbol, lastPrice }) => [symbol, Number(lastPrice.toJSON().value)] as const),
    ),
  };
}

interface Read {
  readonly rows: TradingRows | null;
  readonly streams: TradingStreams | null;
  readonly memory: RiskMemory | null;
  readonly config: Config;
  readonly nowMs: number;
}

function factsOf({ rows, streams, memory, config, nowMs }: Read): TradingFacts {
  const orders = rows?.orders?.reduce((sum, one) => sum + one.orders, 0) ?? null;
  const trades = rows?.trades ?? null;
  const bad = rows?.notNumbers?.map(
    ({ table, name, rows: count }) => `${table}.${name} is no number in ${count} rows`,
  );
  return {
    decisions: decisionsOf(rows, streams, config.doctor.windowMs, nowMs),
    sides: sidesOf(rows, nowMs),
    exposure: exposureOf({ rows, streams, memory, config, nowMs }),
    // Fills that have ids of their own can't be written twice.
    filled:
      orders === null || trades === null || trades.fills > 0
        ? null
        : { orders, trades: trades.trades },
    nonFinite:
      bad === undefined && streams === null
        ? null
        : [...(bad ?? []), ...(streams?.notNumbers ?? [])],
    signals: streams?.signals ?? null,
    unanswered:
      streams === null
        ? null
        : {
            looked: streams.orders.looked,
            overdue: streams.orders.open.filter(({ atMs }) => nowMs - atMs > ORDER_MS_MAX),
          },
  };
}

function decisionsOf(
  rows: TradingRows | null,
  streams: TradingStreams | null,
  windowMs: number,
  nowMs: number,
): DecisionMix | null {
  const decided = rows?.decisions ?? [];
  if (decided.length > 0) {
    const groups = decided.map(({ is_block: isBlock, code, recent, oldest, newest }) => {
      return { isBlock, code, recent, oldestAtMs: nowMs - oldest, newestAtMs: nowMs - newest };
    });
    return { source: 'PostgreSQL risk_events', groups };
  }
  if (streams === null || streams.refusals.length === 0) return null;
  const events = [
    ...streams.refusals.map(({ code, atMs }) => ({ isBlock: true, code, atMs })),
    ...streams.approvals.map((atMs) => ({ isBlock: false, code: '', atMs })),
  ];
  const names = [...new Set(events.map(({ isBlock, code }) => `${isBlock} ${code}`))];
  const groups = names.map((name) => {
    const same = events.filter(({ isBlock, code }) => `${isBlock} ${code}` === name);
    const times = same.map(({ atMs }) => atMs);
    return {
      isBlock: same[0]?.isBlock === true,
      code: same[0]?.code ?? '',
      recent: times.filter((atMs) => nowMs - atMs <= windowMs).length,
      oldestAtMs: Math.min(...times),
      newestAtMs: Math.max(...times),
    };
  });
  return { source: 'Redis stream.orders_blocked, stream.orders', groups };
}

function sidesOf(rows: TradingRows | null, nowMs: number): SideMix | null {
  const sides = rows?.sides ?? null;
  if (sides === null || sides.length === 0) return null;
  const sell = sides.find(({ side }) => side === 'sell');
  return {
    source: 'PostgreSQL trades',
    buys: sides.find(({ side }) => side === 'buy')?.fills ?? 0,
    sells: sell?.fills ?? 0,
    newestSellAtMs: sell === undefined ? null : nowMs - sell.newest,
    oldestAtMs: nowMs - Math.max(...sides.map(({ oldest }) => oldest)),
  };
}

function exposureOf({ rows, streams, memory, config }: Read): ExposureFigures {
  const { balanceUsdt, maxTotalExposureFraction } = config.thresholdValues.risk;
  const worth = (holdings: readonly Holding[] | null) =>
    holdings === null ? null : usdtOf(holdings, memory?.lastPrices ?? new Map());
  const open = streams?.orders.open ?? null;
  return {
    memoryUsdt: memory?.exposureUsdt ?? null,
    positionsUsdt: worth(rows?.positions ?? null),
    ordersUsdt: worth(rows?.orders ?? null),
    pendingUsdt: open === null ? null : open.reduce((sum, { usdt }) => sum + (usdt ?? 0), 0),
    limitUsdt: balanceUsdt * maxTotalExposureFraction,
  };
}

/** At the prices of risk's memory, so that a price that moved is no difference. */
function usdtOf(holdings: readonly Holding[], prices: ReadonlyMap<string, number>): number | null {
  const worth = holdings.map(
    ({ symbol, qty, price }) => Math.abs(qty) * (prices.get(symbol) ?? price ?? Number.NaN),
  );
  const sum = worth.reduce((a, b) => a + b, 0);
  return Number.isFinite(sum) ? sum : null;
}
