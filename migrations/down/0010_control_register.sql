-- What operators ordered for all hosts is not in this place any more; latches and Redis keep it.

DROP INDEX control_events_register_idx;
ALTER TABLE control_events DROP COLUMN record;
