ALTER TABLE task_records DROP COLUMN open_deadline;
