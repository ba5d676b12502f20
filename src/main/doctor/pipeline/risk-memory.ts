import { readPrometheusText } from '../../../adapters/doctor/prometheus-text.js';
import { member } from './service-source.js';

/** What risk has in its memory alone. */
export interface RiskMemory {
  readonly exposureUsdt: number | null;
  readonly lastPrices: ReadonlyMap<string, number>;
}

/** @param body of its /status, or null */
export function riskMemory(metricsText: string, body: unknown): RiskMemory {
  const state = member(body, 'risk_state');
  const told = member(state, 'total_exposure');
  const counted = readPrometheusText(metricsText)?.find(
    ({ name }) => name === 'risk_total_exposure_value',
  );
  const prices = member(state, 'last_prices');
  const entries = typeof prices === 'object' && prices !== null ? Object.entries(prices) : [];
  return {
    exposureUsdt: typeof told === 'number' ? told : (counted?.value ?? null),
    lastPrices: new Map(
      entries.flatMap(([symbol, price]) =>
        Number.isFinite(Number(price)) ? [[symbol, Number(price)] as const] : [],
      ),
    ),
  };
}
