CREATE TABLE audit_pages (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    long_id text COLLATE "C",
    version bigint NOT NULL,
    document bytea NOT NULL,
    fields bytea NOT NULL,
    trail text COLLATE "C",
    written_at timestamptz,
    PRIMARY KEY (id, tenant)
);

CREATE INDEX audit_pages_trail ON audit_pages (trail, tenant, written_at);
CREATE INDEX audit_pages_written_at ON audit_pages (written_at);
