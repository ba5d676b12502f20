-- PostgreSQL as a place of the control register: what operators and guards order for all hosts.

ALTER TABLE control_events ADD COLUMN record text;
COMMENT ON COLUMN control_events.record IS
  'The whole record with its checksum, where the row is an order for all hosts; null where an engine '
  'tells what it follows. The newest one that is not null is what this place says.';
CREATE INDEX control_events_register_idx ON control_events (id DESC) WHERE record IS NOT NULL;
