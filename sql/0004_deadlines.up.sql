-- When a task that is not over fails; null once it is over.
ALTER TABLE task_records ADD COLUMN open_deadline timestamptz;

CREATE INDEX task_records_deadline ON task_records (open_deadline) WHERE open_deadline IS NOT NULL;
