/** A number in the environment of a stack, its unit, and what it was deployed with. */
export interface StackNumber {
  readonly name: string;
  readonly unit: 'fraction' | 'pp' | 'USDT' | 'port';
  /** The value of the code, and the deployed one where it is another. */
  readonly usual: readonly number[];
}

export const STACK_NUMBERS: readonly StackNumber[] = [
  { name: 'MAX_POSITION_PCT', unit: 'fraction', usual: [0.1] },
  { name: 'MAX_TOTAL_EXPOSURE_PCT', unit: 'fraction', usual: [0.3] },
  { name: 'MAX_EXPOSURE_PCT', unit: 'fraction', usual: [0.3] },
  { name: 'MAX_DAILY_DRAWDOWN_PCT', unit: 'fraction', usual: [0.05] },
  { name: 'STOP_LOSS_PCT', unit: 'fraction', usual: [0.02] },
  { name: 'EARLY_LIVE_MAX_ALLOC', unit: 'fraction', usual: [0.02] },
  { name: 'CIRCUIT_BREAKER_THRESHOLD_PCT', unit: 'fraction', usual: [0.1] },
  { name: 'MAX_SLIPPAGE_PCT', unit: 'fraction', usual: [0.02] },
  { name: 'SIGNAL_THRESHOLD_PCT', unit: 'pp', usual: [3, 0.005] },
  { name: 'TEST_BALANCE', unit: 'USDT', usual: [] },
  { name: 'SIGNAL_PORT', unit: 'port', usual: [8001, 8005] },
  { name: 'ALLOCATION_PORT', unit: 'port', usual: [8005, 8006] },
  { name: 'CANDLE_PORT', unit: 'port', usual: [8007] },
  { name: 'REGIME_PORT', unit: 'port', usual: [8008] },
  { name: 'MARKET_PORT', unit: 'port', usual: [8009] },
];

const WORDS = ['ALLOCATION_RULES_JSON', 'PAPER_AUTO_UNWIND', 'TRADING_MODE', 'MOCK_TRADING'];

/** All that is looked at; none of them holds a secret. */
export const STACK_VARIABLES: readonly string[] = [
  ...STACK_NUMBERS.map(({ name }) => name),
  ...WORDS,
];

/** Variables of the risk service: where none is set, no risk service is configured from here. */
export const RISK_VARIABLES: readonly string[] = [
  'MAX_POSITION_PCT',
  'MAX_TOTAL_EXPOSURE_PCT',
  'MAX_EXPOSURE_PCT',
  'MAX_DAILY_DRAWDOWN_PCT',
  'TEST_BALANCE',
  'PAPER_AUTO_UNWIND',
];

/** A variable that names a file with a secret. */
export const SECRET_FILE_VARIABLE =
  /^(?:CDB|REDIS|POSTGRES|POSTGRESQL|PG|GF|GRAFANA|MEXC|BINANCE|SMTP|MAIL|DATA_SOURCE|ALERTMANAGER)_\w*(?:PASS|PASSWORD|SECRET|TOKEN|KEY|URL|DSN|URI)\w*_FILE$/;
