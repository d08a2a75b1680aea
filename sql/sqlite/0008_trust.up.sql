CREATE TABLE trust_records (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    PRIMARY KEY (id, tenant)
);
