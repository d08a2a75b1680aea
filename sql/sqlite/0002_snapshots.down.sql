DROP TABLE snapshot_uploads;
DROP TABLE snapshot_records;
