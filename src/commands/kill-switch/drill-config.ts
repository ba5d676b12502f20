import { parseConfig, type Config } from '../../config/parse-config.js';
import { EXECUTIONS_MAX_MAX } from '../../engine/control/execution-throttle.js';
import { assertInvariant } from '../../engine/domain/invariant.js';

/** A hundredfold: some 160 orders a second for over a minute. */
const SPEED = '100';

/** Every trade becomes orders, so that there is something to stop; no limit stops them instead. */
const ALL_ORDERS: Readonly<Record<string, string>> = {
  'signal.thresholdPp': '-1000',
  'gate.totalExposurePpMax': '1000000',
  'gate.pctChange15mPpMin': '-1000',
  'gate.volume15mMin': '0',
  'gate.dailyDrawdownPpMax': '1000',
  'breaker.ordersPerMinMax': '1000000',
  'breaker.errorRateMaxFraction': '1',
  'breaker.drawdownMaxFraction': '1',
  'breaker.lossMaxFraction': '1',
  'risk.maxTotalExposureFraction': '1',
  'risk.maxPositionFraction': '0.00001',
  'risk.maxDailyDrawdownFraction': '1',
  'risk.balanceUsdt': '100000000',
};

export interface DrillFeed {
  readonly source: string;
  readonly speed: string;
}

/**
 * Of the drill's own engine: no file, variable or flag of the operator has a word in it.
 * @param thresholds in place of those by which every trade becomes orders
 */
export function drillConfig(
  stateDir: string,
  feed: DrillFeed = { source: 'sample', speed: SPEED },
  thresholds: Readonly<Record<string, string>> = {},
): Config {
  return scratchConfig(stateDir, {
    feed,
    mode: 'paper',
    thresholds: { ...ALL_ORDERS, ...thresholds },
  });
}

/** Of an engine that nobody but one command knows, and that knows no file, variable or flag. */
export function scratchConfig(
  stateDir: string,
  {
    feed,
    mode,
    thresholds,
  }: {
    readonly feed: DrillFeed;
    readonly mode: 'shadow' | 'paper';
    readonly thresholds: Readonly<Record<string, string>>;
  },
): Config {
  const settings: Readonly<Record<string, string>> = {
    ...{ stateDir, 'run.mode': mode, 'metrics.port': '0' },
    ...{ 'feed.source': feed.source, 'feed.speed': feed.speed },
    'triggers.executionsMax': String(EXECUTIONS_MAX_MAX),
    'triggers.executionsSamePriceMax': String(EXECUTIONS_MAX_MAX),
    ...Object.fromEntries(
      Object.entries(thresholds).map(([key, text]) => [`thresholds.overrides.${key}`, text]),
    ),
  };
  const flags = Object.entries(settings).map(([key, text]) => ({ key, flag: key, text }));
  const parsed = parseConfig({ flags, env: {}, files: [] });
  assertInvariant(parsed.ok, 'the configuration of a scratch engine is valid');
  return parsed.config;
}
