/** Rows as the ten services write them, in SQL: one a second, up to when this file was loaded. */
const NOW = `timestamptz '${new Date().toISOString()}'`;
const each = (count: number, insert: string) => `${insert} FROM generate_series(1, ${count}) AS n`;
const AT = (count: number) => `${NOW} - (${count} - n) * interval '1 second'`;

export function signals(count: number): string {
  return each(
    count,
    `INSERT INTO signals (symbol, signal_type, price, confidence, timestamp, source, metadata)
     SELECT 'BTCUSDT', 'buy', 70000 + n, 0.5, ${AT(count)}, 'signal_engine',
       jsonb_build_object('signal_id', 'sig-' || n)`,
  );
}

/** @param kind six columns as of February, or eight as the newer code sends */
export function decisions(count: number, kind: 'six' | 'eight' = 'six'): string {
  const keys =
    kind === 'six' ? ['', ''] : [', decision_pk, input_snapshot_hash', `, 'd' || n, 'h'`];
  return each(
    count,
    `INSERT INTO risk_events (timestamp_ms, symbol, decision, reason_code, contract_version, payload${keys[0]})
     SELECT (extract(epoch FROM ${AT(count)}) * 1000)::bigint, 'BTCUSDT', 'BLOCK', 'RC_002',
       'decision_contract_v1', jsonb_build_object('signal_id', 'sig-' || n)${keys[1]}`,
  );
}

/** @param last entries of later signals are taken for known, and vanish */
export function ledger(count: number, last = count): string {
  return `INSERT INTO correlation_ledger (event_pk, correlation_id, signal_id, event_type, symbol, timestamp_ms, created_at)
    SELECT 'e' || n, 'c' || n, 'sig-' || n, 'SIGNAL', 'BTCUSDT',
      (extract(epoch FROM ${AT(count)}) * 1000)::bigint, ${AT(count)} + interval '300 ms'
    FROM generate_series(1, ${last}) AS n`;
}

export function orders(count: number, { approved = true, key = 'o' } = {}): string {
  return each(
    count,
    `INSERT INTO orders (order_id, symbol, side, price, size, status, filled_size, approved, created_at)
     SELECT '${key}-' || n, 'BTCUSDT', CASE n % 2 WHEN 0 THEN 'buy' ELSE 'sell' END, 70000,
       0.0002 + n * 0.0000001, 'filled', 0.0002, ${String(approved)}, ${AT(count)}`,
  );
}

export function trades(count: number, more = ''): string {
  return each(
    count,
    `INSERT INTO trades (symbol, side, price, size, execution_price, timestamp, exchange_trade_id)
     SELECT 'BTCUSDT', CASE n % 2 WHEN 0 THEN 'buy' ELSE 'sell' END, 70000, 0.0002, 70001, ${AT(count)},
       ${more === '' ? `'t-' || n` : more}`,
  );
}

export const POSITION = `INSERT INTO positions (symbol, side, size, entry_price) VALUES ('BTCUSDT', 'long', 0.01, 70000)`;
