DROP INDEX task_records_failed_webhook;
DROP INDEX task_records_push;
ALTER TABLE task_records DROP COLUMN has_failed_webhook;
ALTER TABLE task_records DROP COLUMN push_due;
