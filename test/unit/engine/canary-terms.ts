import type { CanaryTerms } from '../../../src/engine/domain/canary-terms.js';
import { T0 } from './stages/market-fold.js';

export const TERMS: CanaryTerms = {
  sessionId: 'session-1',
  planHash: 'a'.repeat(64),
  venue: 'paper',
  symbol: 'BTCUSDT',
  percent: 100,
  held: false,
  ordersMax: 3,
  activeOrdersMax: 1,
  notionalPerOrderUsdt: '20',
  notionalTotalUsdt: '50',
  lossMaxUsdt: '5',
  slippageBpsMax: 100,
  cooldownMs: 0,
  durationMs: 15 * 60_000,
  staleMsMax: 60_000,
  rejectsMax: 3,
  startedAtMs: T0,
};
