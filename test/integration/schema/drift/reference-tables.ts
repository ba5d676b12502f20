/** The definitions of risk_events that there were, as they are known. */
export const HOT_FIX_WRONG = `CREATE TABLE risk_events (
  id serial PRIMARY KEY,
  timestamp timestamptz NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  signal_id uuid NOT NULL,
  decision varchar(10) NOT NULL CHECK (decision IN ('APPROVED', 'BLOCKED')),
  contract_code varchar(20) NOT NULL,
  reason text,
  metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
)`;

const hotFix = (contractVersion: number) => `CREATE TABLE risk_events (
  id serial PRIMARY KEY,
  timestamp_ms bigint NOT NULL,
  symbol varchar(20) NOT NULL,
  decision varchar(10) NOT NULL,
  reason_code varchar(20),
  contract_version varchar(${contractVersion}),
  payload jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
)`;

/** As it was first made: "decision_contract_v1" has 20 characters. */
export const HOT_FIX_TOO_SHORT = hotFix(10);
export const HOT_FIX_RIGHT = hotFix(50);

/** What stands in schema_version after a fresh volume, though migrations 004 to 006 never ran. */
export const FRESH_VOLUME = [
  `CREATE TABLE schema_version (version varchar(20) PRIMARY KEY,
     applied_at timestamptz NOT NULL DEFAULT now(), description text)`,
  `INSERT INTO schema_version (version) VALUES ('1.0.10'), ('1.1.0'), ('1.1.1')`,
];
