CREATE TABLE review_records (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    state text COLLATE "C",
    requested_by text COLLATE "C",
    requested_at timestamptz,
    due_at timestamptz,
    PRIMARY KEY (id, tenant)
) WITH (toast_tuple_target = 8160, fillfactor = 70);

CREATE INDEX review_records_requested_by ON review_records (requested_by, tenant, requested_at);
CREATE INDEX review_records_state ON review_records (state, tenant, requested_at);
CREATE INDEX review_records_requested_at ON review_records (requested_at);
CREATE INDEX review_records_due_at ON review_records (due_at) WHERE due_at IS NOT NULL;
ALTER TABLE review_records ALTER document SET STORAGE EXTERNAL;
ALTER TABLE review_records ALTER fields SET STORAGE EXTERNAL;
