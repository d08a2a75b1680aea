-- Push notifications: when upkeep looks after what is to be delivered, and whether a webhook was given up. The default is for servers of the version
-- before, which write beside this one while it takes their place.
ALTER TABLE task_records
    ADD COLUMN push_due timestamptz,
    ADD COLUMN has_failed_webhook boolean NOT NULL DEFAULT false;

CREATE INDEX task_records_push ON task_records (push_due) WHERE push_due IS NOT NULL;
CREATE INDEX task_records_failed_webhook ON task_records (owner, tenant, state, state_second) WHERE has_failed_webhook;
