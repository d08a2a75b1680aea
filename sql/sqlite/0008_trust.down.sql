DROP TABLE trust_records;

DELETE FROM registry_revision WHERE kind = 'trust';
