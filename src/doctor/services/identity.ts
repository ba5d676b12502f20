import type { ServiceAnswer } from './facts.js';
import { memberKey } from './member-name.js';

interface KnownService {
  readonly key: string;
  /** Where deployed stacks have it. */
  readonly port: number;
  /** A metric that no other has. */
  readonly metric: string | null;
  /** What it calls itself. */
  readonly names: readonly string[];
}

export const KNOWN_SERVICES: readonly KnownService[] = [
  { key: 'ws', port: 8000, metric: 'decoded_messages_total', names: ['ws_service'] },
  { key: 'signal', port: 8005, metric: 'signals_generated_total', names: ['signal_engine'] },
  { key: 'risk', port: 8002, metric: 'orders_approved_total', names: ['risk_manager'] },
  { key: 'execution', port: 8003, metric: 'execution_orders_received_total', names: [] },
  { key: 'paper_runner', port: 8004, metric: null, names: [] },
  { key: 'allocation', port: 8006, metric: 'allocation_decisions_total', names: [] },
  { key: 'candles', port: 8007, metric: 'candle_candles_emitted_total', names: ['candle'] },
  { key: 'regime', port: 8008, metric: 'regime_candles_processed_total', names: [] },
  { key: 'market', port: 8009, metric: 'market_messages_received_total', names: [] },
  { key: 'db_writer', port: 8010, metric: 'db_writer_events_processed_total', names: [] },
];

/** Which known service answers there by its own name or its metrics; null: it can't be told. */
export function identityOf({ health, status, series }: ServiceAnswer): string | null {
  for (const answer of [health, status]) {
    const named = knownByName(memberOf(answer?.body, 'service'));
    if (named !== null) return named;
  }
  const names = new Set((series ?? []).map(({ name }) => name));
  return KNOWN_SERVICES.find(({ metric }) => metric !== null && names.has(metric))?.key ?? null;
}

function knownByName(name: unknown): string | null {
  if (typeof name !== 'string') return null;
  const key = memberKey(name);
  const plain = key.replace(/_(?:service|engine|manager)$/, '');
  const found = KNOWN_SERVICES.find(
    (known) =>
      known.key === plain ||
      known.key === key ||
      [key, plain].some((one) => known.names.includes(one)),
  );
  return found?.key ?? null;
}

export function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return (body as Readonly<Record<string, unknown>>)[name];
}
