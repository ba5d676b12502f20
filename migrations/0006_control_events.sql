-- Every change of level, mode or epoch. Rows are added, never changed.

CREATE TABLE control_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_pk varchar(36) NOT NULL UNIQUE,
  run_id varchar(36) NOT NULL,
  epoch bigint NOT NULL,
  level varchar(20) NOT NULL CHECK (level IN ('TRADING', 'REDUCING', 'HALTED')),
  -- strategy:ID or symbol:S to the level that holds for it
  scopes jsonb NOT NULL,
  mode varchar(20) NOT NULL CHECK (mode IN ('shadow', 'paper', 'canary', 'live')),
  reason text NOT NULL,
  message text NOT NULL,
  operator text NOT NULL,
  previous_level varchar(20) NOT NULL,
  timestamp_ms bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX control_events_timestamp_ms_idx ON control_events (timestamp_ms DESC);

CREATE FUNCTION control_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'control_events is append-only: % refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation', TABLE = 'control_events';
END
$$;

CREATE TRIGGER control_events_no_change
  BEFORE UPDATE OR DELETE ON control_events
  FOR EACH ROW EXECUTE FUNCTION control_events_append_only();
CREATE TRIGGER control_events_no_truncate
  BEFORE TRUNCATE ON control_events
  FOR EACH STATEMENT EXECUTE FUNCTION control_events_append_only();
