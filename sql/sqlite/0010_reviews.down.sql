DROP TABLE review_records;
