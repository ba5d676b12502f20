import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

const DIRECTORY = join(import.meta.dirname, '../../fixtures/old-stack');

/** A database as the old stack left it somewhere. */
export interface OldStack {
  readonly candles: boolean;
  readonly riskEvents: 'none' | 'v1' | 'v2' | 'v2 too short' | '004';
  /** Of the others, in their order; what lacks its table is passed over, as it was then. */
  readonly migrations: readonly string[];
  /** What schema_version claims, whatever was applied. */
  readonly claimed: readonly string[];
  readonly rows: number;
}

const OTHERS = ['002', '003', '005', '006', '007', '008', '009', '010', '011', '013'];
const NEEDS: Readonly<Record<string, string>> = {
  '005': 'risk_events',
  '007': 'audit_trail',
  '009': 'deployment_approvals_mirror',
  '010': 'core_secrets_metadata',
};

export const oldStacks: fc.Arbitrary<OldStack> = fc.record({
  candles: fc.boolean(),
  riskEvents: fc.constantFrom('none', 'v1', 'v2', 'v2 too short', '004'),
  migrations: fc.subarray([...OTHERS.slice(0, 2), 'governance', ...OTHERS.slice(2)]),
  claimed: fc.subarray(['1.0.1', '1.0.2', '1.0.3', '1.0.10', '1.1.0', '1.1.1']),
  rows: fc.integer({ min: 0, max: 5 }),
});

/** The statements that make it, in order. */
export function oldStackSql(stack: OldStack): readonly string[] {
  const { candles, riskEvents, migrations, claimed, rows } = stack;
  const made = new Set<string>();
  const sql = [text('base')];
  if (candles) sql.push(text('candles'));
  if (riskEvents !== 'none') {
    sql.push(riskEventsSql(riskEvents));
    made.add('risk_events');
  }
  for (const name of migrations) {
    if (name === 'governance') {
      sql.push(text('004_governance_v0'));
      for (const table of ['audit_trail', 'deployment_approvals_mirror', 'core_secrets_metadata']) {
        made.add(table);
      }
    } else if (NEEDS[name] === undefined || made.has(NEEDS[name])) sql.push(text(name));
  }
  const versions = claimed.map((version) => `INSERT INTO schema_version VALUES ('${version}')`);
  return [...sql, ...versions, ...(rows === 0 ? [] : rowsSql(stack))];
}

function riskEventsSql(form: OldStack['riskEvents']): string {
  if (form === 'v1') return text('risk_events_v1');
  if (form === '004') return text('004_add_risk_events');
  const right = text('risk_events_v2');
  return form === 'v2'
    ? right
    : right.replace('contract_version varchar(50)', 'contract_version varchar(10)');
}

function text(name: string): string {
  return readFileSync(join(DIRECTORY, `${name}.sql`), 'utf8');
}

function rowsSql({ candles, riskEvents, migrations, rows }: OldStack): readonly string[] {
  const each = (insert: string) => `${insert} FROM generate_series(1, ${rows}) AS n`;
  const sql = [
    each(
      `INSERT INTO signals (symbol, signal_type, price, confidence) SELECT 'BTCUSDT', 'buy', n, 0.5`,
    ),
    each(
      `INSERT INTO orders (signal_id, symbol, side, price, size) SELECT n, 'BTCUSDT', 'buy', n, 1`,
    ),
    each(`INSERT INTO trades (order_id, symbol, side, price, size, execution_price)
      SELECT n, 'BTCUSDT', 'buy', n, 1, n`),
    each(`INSERT INTO positions (symbol, side) SELECT 'SYM' || n, 'long'`),
  ];
  if (candles) {
    sql.push(
      each(
        `INSERT INTO candles_1m (symbol, ts_ms, open, high, low, close) SELECT 'BTCUSDT', n, 1, 2, 1, 2`,
      ),
    );
  }
  if (riskEvents === 'v1') {
    sql.push(
      each(`INSERT INTO risk_events (timestamp, event_id, signal_id, decision, contract_code)
        SELECT now(), gen_random_uuid(), gen_random_uuid(), 'BLOCKED', 'RC_002'`),
    );
  } else if (riskEvents !== 'none') {
    sql.push(
      each(`INSERT INTO risk_events (timestamp_ms, symbol, decision, reason_code, contract_version, payload)
        SELECT n, 'BTCUSDT', CASE n WHEN 1 THEN 'BLOCKED' ELSE 'BLOCK' END, 'RC_002', 'short', '{}'`),
    );
  }
  if (migrations.includes('006')) {
    sql.push(
      each(`INSERT INTO blocked_decisions (decision_pk, signal_id, decision_id, symbol, reason_code, timestamp_ms)
        SELECT 'd' || n, 's', 'd', 'BTCUSDT', 'RC_002', n`),
    );
  }
  if (migrations.includes('governance')) {
    sql.push(each(`INSERT INTO audit_trail (service_name, action_type) SELECT 'risk', 'x' || n`));
  }
  return sql;
}
