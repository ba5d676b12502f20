/** One way in which a schema that was clean no longer is what code and contracts count on. */
export interface SchemaBreak {
  readonly what: string;
  /** Statements as the owner of the database, who may do all of this. */
  readonly sql: readonly string[];
  /** Each has to be among the findings, as level, kind, table and column or object. */
  readonly found: readonly string[];
  /** Tables that may be spoken of; left out, only those that `found` names. */
  readonly tables?: readonly string[];
  /** Options of the connection that then looks. */
  readonly options?: string;
}

const one = (what: string, sql: string, ...found: readonly string[]): SchemaBreak => ({
  what,
  sql: [sql],
  found,
});

const COLUMNS: readonly SchemaBreak[] = [
  one(
    'a column is dropped',
    'ALTER TABLE risk_events DROP COLUMN reference_pk',
    'FAIL column missing risk_events.reference_pk',
    'FAIL statement risk_events.insert_risk_events',
  ),
  one(
    'a column is renamed',
    'ALTER TABLE risk_events RENAME COLUMN reason_code TO contract_code',
    'FAIL column missing risk_events.reason_code',
    'WARN column extra risk_events.contract_code',
  ),
  one(
    'a column gets another type',
    'ALTER TABLE correlation_ledger ALTER COLUMN signal_id TYPE text',
    'FAIL type correlation_ledger.signal_id',
  ),
  one(
    'a number loses digits',
    'ALTER TABLE trades ALTER COLUMN fees TYPE numeric(10, 2)',
    'FAIL type trades.fees',
  ),
  one(
    'a text gets shorter',
    'ALTER TABLE risk_events ALTER COLUMN contract_version TYPE varchar(10)',
    'FAIL type risk_events.contract_version',
  ),
  one(
    'a text gets longer',
    'ALTER TABLE signals ALTER COLUMN source TYPE varchar(500)',
    'FAIL type signals.source',
  ),
  one(
    'a time loses its zone',
    'ALTER TABLE trades ALTER COLUMN timestamp TYPE timestamp',
    'FAIL type trades.timestamp',
  ),
  one(
    'a column may be null',
    'ALTER TABLE orders ALTER COLUMN size DROP NOT NULL',
    'FAIL nullability orders.size',
  ),
  one(
    'a column must not be null',
    'ALTER TABLE orders ALTER COLUMN price SET NOT NULL',
    'FAIL nullability orders.price',
  ),
  one(
    'a default is dropped',
    'ALTER TABLE risk_events ALTER COLUMN created_at DROP DEFAULT',
    'FAIL default risk_events.created_at',
  ),
  one(
    'a default is another',
    "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'filled'",
    'FAIL default orders.status',
  ),
  one(
    'an identity is dropped',
    'ALTER TABLE feed_gaps ALTER COLUMN id DROP IDENTITY',
    'FAIL default feed_gaps.id',
  ),
  one(
    'a column is added that must not be null',
    'ALTER TABLE feed_gaps ADD COLUMN venue text NOT NULL',
    'FAIL column extra feed_gaps.venue',
  ),
  one(
    'a column is added that may be null',
    'ALTER TABLE feed_gaps ADD COLUMN venue text',
    'WARN column extra feed_gaps.venue',
  ),
  {
    what: 'columns are in another order',
    sql: [
      'ALTER TABLE audit_anchors DROP COLUMN place',
      "ALTER TABLE audit_anchors ADD COLUMN place text NOT NULL DEFAULT ''",
      'ALTER TABLE audit_anchors ALTER COLUMN place DROP DEFAULT',
    ],
    found: ['WARN column order audit_anchors.ledger_n'],
  },
];

const CONSTRAINTS: readonly SchemaBreak[] = [
  one(
    'an index is dropped',
    'DROP INDEX risk_events_timestamp_ms_idx',
    'FAIL index missing risk_events.risk_events_timestamp_ms_idx',
  ),
  one(
    'a partial unique index is dropped',
    'DROP INDEX positions_one_open_idx',
    'FAIL index missing positions.positions_one_open_idx',
  ),
  {
    what: 'an index has the same name and other columns',
    sql: [
      'DROP INDEX risk_events_symbol_idx',
      'CREATE INDEX risk_events_symbol_idx ON risk_events (decision)',
    ],
    found: ['FAIL index differs risk_events.risk_events_symbol_idx'],
  },
  one(
    'a unique constraint is dropped that an upsert needs',
    'ALTER TABLE orders DROP CONSTRAINT orders_order_id_key',
    'FAIL constraint missing orders.orders_order_id_key',
    'FAIL statement orders.insert_orders',
  ),
  one(
    'a primary key is dropped',
    'ALTER TABLE audit_cursor DROP CONSTRAINT audit_cursor_pkey',
    'FAIL constraint missing audit_cursor.audit_cursor_pkey',
  ),
  {
    what: 'a unique constraint is deferred',
    sql: [
      'ALTER TABLE positions DROP CONSTRAINT positions_position_pk_key',
      'ALTER TABLE positions ADD CONSTRAINT positions_position_pk_key UNIQUE (position_pk) DEFERRABLE',
    ],
    found: ['FAIL constraint differs positions.positions_position_pk_key'],
  },
  one(
    'a check is dropped',
    'ALTER TABLE risk_events DROP CONSTRAINT risk_events_decision_check',
    'FAIL constraint missing risk_events.risk_events_decision_check',
  ),
  {
    what: 'a check allows less',
    sql: [
      'ALTER TABLE signals DROP CONSTRAINT signals_signal_type_check',
      "ALTER TABLE signals ADD CONSTRAINT signals_signal_type_check CHECK (signal_type IN ('buy', 'sell'))",
    ],
    found: ['FAIL constraint differs signals.signals_signal_type_check'],
  },
  {
    what: 'a check is not validated',
    sql: [
      'ALTER TABLE trades DROP CONSTRAINT trades_size_check',
      'ALTER TABLE trades ADD CONSTRAINT trades_size_check CHECK (size > 0) NOT VALID',
    ],
    found: ['FAIL constraint differs trades.trades_size_check'],
  },
  one(
    'a check is added',
    'ALTER TABLE orders ADD CONSTRAINT orders_filled_check CHECK (filled_size <= size)',
    'FAIL constraint extra orders.orders_filled_check',
  ),
  one(
    'a foreign key is added',
    'ALTER TABLE trades ADD CONSTRAINT trades_order_fk FOREIGN KEY (order_id) REFERENCES orders (order_id)',
    'FAIL constraint extra trades.trades_order_fk',
  ),
  one(
    'a unique constraint is added',
    'ALTER TABLE positions ADD CONSTRAINT positions_symbol_key UNIQUE (symbol)',
    'FAIL constraint extra positions.positions_symbol_key',
  ),
  {
    what: 'a foreign key is dropped',
    sql: ['ALTER TABLE run_inputs DROP CONSTRAINT run_inputs_run_id_fkey'],
    found: ['FAIL constraint missing run_inputs.run_inputs_run_id_fkey'],
  },
];

const RELATIONS: readonly SchemaBreak[] = [
  {
    what: 'a table is dropped',
    sql: ['DROP TABLE blocked_decisions'],
    found: ['FAIL table missing blocked_decisions'],
  },
  {
    what: 'a view stands where a table was',
    sql: [
      'ALTER TABLE feed_gaps RENAME TO feed_gaps_old',
      'CREATE VIEW feed_gaps AS SELECT * FROM feed_gaps_old',
    ],
    found: ['FAIL not a table feed_gaps'],
  },
  {
    what: 'a table is moved to another schema',
    sql: ['CREATE SCHEMA archive', 'ALTER TABLE candles_1m SET SCHEMA archive'],
    found: ['FAIL table elsewhere candles_1m', 'FAIL statement candles_1m.insert_candles_1m'],
  },
  {
    what: 'the search path leads elsewhere',
    sql: ['CREATE SCHEMA archive', 'CREATE TABLE archive.orders (id integer)'],
    options: '-c search_path=archive,public',
    found: ['FAIL column missing orders.order_id', 'FAIL table elsewhere trades'],
    tables: ['*'],
  },
  {
    what: 'the search path leads nowhere',
    sql: [],
    options: '-c search_path=nowhere',
    found: ['FAIL table elsewhere risk_events', 'FAIL statement risk_events.insert_risk_events'],
    tables: ['*'],
  },
  {
    what: 'no trigger guards anything',
    sql: [],
    options: '-c session_replication_role=replica',
    found: ['FAIL setting .session_replication_role'],
    tables: ['*'],
  },
  {
    what: 'the role may only read',
    sql: [],
    options: '-c default_transaction_read_only=on',
    found: ['WARN setting .default_transaction_read_only'],
    tables: ['*'],
  },
  one(
    'rows are lost after a crash',
    'ALTER TABLE signals SET UNLOGGED',
    'FAIL table property signals',
  ),
  one(
    'row security hides rows',
    'ALTER TABLE orders ENABLE ROW LEVEL SECURITY',
    'FAIL table property orders',
  ),
  one(
    'a trigger is dropped',
    'DROP TRIGGER risk_events_no_change ON risk_events',
    'FAIL trigger risk_events.risk_events_no_change',
  ),
  one(
    'a trigger is disabled',
    'ALTER TABLE control_events DISABLE TRIGGER control_events_no_change',
    'FAIL trigger control_events.control_events_no_change',
  ),
  one(
    'the function of triggers does nothing any more',
    "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    'FAIL trigger risk_events.risk_events_no_change',
    'FAIL trigger audit_anchors.audit_anchors_no_truncate',
  ),
  {
    what: 'a trigger is added that swallows rows',
    sql: [
      "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      'CREATE TRIGGER swallow BEFORE INSERT ON trades FOR EACH ROW EXECUTE FUNCTION swallow()',
    ],
    found: ['FAIL trigger trades.swallow'],
  },
  {
    what: 'a trigger is added that tells others of rows',
    sql: [
      "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      'CREATE TRIGGER tell AFTER INSERT ON trades FOR EACH ROW EXECUTE FUNCTION tell()',
    ],
    found: ['WARN trigger trades.tell'],
  },
  one(
    'a rule swallows rows',
    'CREATE RULE swallow AS ON INSERT TO feed_gaps DO INSTEAD NOTHING',
    'FAIL rule feed_gaps.swallow',
  ),
  one(
    'a rule that an upsert cannot pass',
    'CREATE RULE swallow AS ON UPDATE TO orders DO INSTEAD NOTHING',
    'FAIL rule orders.swallow',
  ),
];

const VALUES: readonly SchemaBreak[] = [
  {
    what: 'a value is written that the contract does not allow',
    sql: [
      'ALTER TABLE risk_events DROP CONSTRAINT risk_events_decision_check',
      `INSERT INTO risk_events (timestamp_ms, symbol, decision, decision_pk, run_id, seq, ord)
       VALUES (1, 'BTCUSDT', 'APPROVED', 'a', 'r', 1, 1)`,
    ],
    found: ['FAIL value risk_events.decision'],
  },
  {
    what: 'a text is written that is longer than agreed',
    sql: [
      'ALTER TABLE risk_events ALTER COLUMN symbol TYPE text',
      `INSERT INTO risk_events (timestamp_ms, symbol, decision, decision_pk, run_id, seq, ord)
       VALUES (1, 'BTCUSDTBTCUSDTBTCUSDTBTCUSDT', 'BLOCK', 'a', 'r', 1, 1)`,
    ],
    found: ['FAIL value risk_events.symbol', 'FAIL type risk_events.symbol'],
  },
  {
    what: 'a figure is written that is none',
    sql: [
      `INSERT INTO trades (fill_id, order_id, run_id, symbol, side, price, size, execution_price, timestamp)
       VALUES ('f', 'o', 'r', 'BTCUSDT', 'buy', 'NaN', 1, 1, now())`,
    ],
    found: ['FAIL value trades.price'],
  },
  {
    what: 'a figure is out of its range',
    sql: [
      'ALTER TABLE feed_gaps DROP CONSTRAINT feed_gaps_trades_missing_check',
      `INSERT INTO feed_gaps (run_id, seq, ord, symbol, reason, to_ms, trades_missing, noticed_ms)
       VALUES ('r', 1, 1, 'BTCUSDT', 'x', 1, -5, 1)`,
    ],
    found: ['FAIL value feed_gaps.trades_missing'],
  },
];

export const SCHEMA_BREAKS: readonly SchemaBreak[] = [
  ...COLUMNS,
  ...CONSTRAINTS,
  ...RELATIONS,
  ...VALUES,
];
