DROP VIEW task_feedback;
DROP VIEW contexts;
DROP VIEW tasks;
DROP FUNCTION registry_log(text, text, text, jsonb);
DROP TABLE record_pages;
DROP TABLE feedback_records;
DROP TABLE context_records;
DROP TABLE task_records;
DROP SEQUENCE record_version;
