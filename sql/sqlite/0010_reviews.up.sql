CREATE TABLE review_records (
    tenant text NOT NULL,
    id text NOT NULL,
    long_id text,
    version integer NOT NULL,
    document blob NOT NULL,
    fields blob NOT NULL,
    state text,
    requested_by text,
    requested_at text,
    due_at text,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX review_records_requested_by ON review_records (requested_by, tenant, requested_at);
CREATE INDEX review_records_state ON review_records (state, tenant, requested_at);
CREATE INDEX review_records_requested_at ON review_records (requested_at);
CREATE INDEX review_records_due_at ON review_records (due_at) WHERE due_at IS NOT NULL;
