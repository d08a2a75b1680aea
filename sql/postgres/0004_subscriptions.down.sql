DROP TABLE subscription_records;
