-- Push notifications: when upkeep looks after what is to be delivered, and whether a webhook was given up.
ALTER TABLE task_records ADD COLUMN push_due text;
ALTER TABLE task_records ADD COLUMN has_failed_webhook integer NOT NULL DEFAULT 0;

CREATE INDEX task_records_push ON task_records (push_due) WHERE push_due IS NOT NULL;
CREATE INDEX task_records_failed_webhook ON task_records (owner, tenant, state, state_second) WHERE has_failed_webhook;
