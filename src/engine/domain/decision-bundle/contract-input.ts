import type { ExactObject } from '../exact-json.js';

export const CONTRACT_NAME = 'decision_contract_v1';
export const CONTRACT_VERSION = 'v1';
export const RATIO_PLACES = 6;
export const MONEY_PLACES = 8;
export const QTY_PLACES = 8;

/** What the verdict depends on. E8 counts 1e-8, E6 counts 1e-6; `Pp` are percentage points. */
export interface BundleJudgement {
  readonly runMode: string;
  readonly side: string;
  readonly reduceOnly: boolean;
  readonly qtyE8: bigint;
  readonly priceE8: bigint;
  readonly balanceUsdtE8: bigint;
  readonly totalExposureUsdtE8: bigint;
  readonly dailyDrawdownPpE6: bigint;
  readonly maxNotionalUsdtE8: bigint;
  readonly maxTotalExposureUsdtE8: bigint;
  readonly maxDailyDrawdownPpE6: bigint;
}

/** The contract's input, normalised. */
export interface ContractInput extends BundleJudgement {
  readonly symbol: string;
  readonly timestampInputMs: bigint;
  /** By code point of the symbol; the same symbol may be there twice. */
  readonly openPositions: readonly { readonly symbol: string; readonly qtyE8: bigint }[];
  readonly systemConfig: ExactObject;
  readonly context: {
    readonly source: string;
    readonly signalId: string;
    readonly strategyId: string;
    readonly botId: string;
  };
}

/** Why there is no bundle: the member, and what is wrong with it. */
export interface BundleFault {
  readonly field: string;
  readonly what: string;
}
